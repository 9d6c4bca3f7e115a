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
  pool: Piscina;
  /** Folder of models that ship with this version. */
  shippedModels: string;
  /** Folder of models that the home keeps. */
  keptModels: string;
  mail: MailSettings;
}
