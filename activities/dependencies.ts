import type { Client } from '@temporalio/client';
import type { Piscina } from 'piscina';
import type { Store } from '../src/store/open.ts';

/** Where mails go. */
export interface MailSettings {
  /** `smtp://user:password@host:port`, or null: nobody can be told, and the queue says so. */
  smtp: string | null;
  from: string;
  /** Address of the console, for the links in mails. */
  consoleUrl: string;
}

/** What the worker gives its activities. */
export interface Dependencies {
  store: Store;
  client: Client;
  /** Threads that read sources. */
  ingestPool: Piscina;
  /** Threads that score; apart, so that neither waits for the other. */
  scorePool: Piscina;
  /** A thread for what must not wait for either: holding scores against the policy. */
  carePool: Piscina;
  /** Folder of models that ship with this version. */
  shippedModels: string;
  /** Folder of models that the home keeps. */
  keptModels: string;
  mail: MailSettings;
}
