/** One setting: where it may be given, in falling order of weight: flag, environment, `afferent.yaml`, default. */
export interface Setting {
  flag: string | null;
  /** What the flag takes, as `--help` shows it. */
  takes: string;
  env: string;
  yaml: string;
  help: string;
  /** Never shown, not even by `doctor`. */
  secret?: boolean;
}

export const settings = {
  home: { flag: 'home', takes: '<folder>', env: 'AFFERENT_HOME', yaml: 'home', help: 'data folder' },
  store: { flag: 'store', takes: '<address>', env: 'AFFERENT_STORE', yaml: 'store', help: 'sqlite:PATH or postgres://…', secret: true },
  keyStore: {
    flag: 'key-store',
    takes: '<address>',
    env: 'AFFERENT_KEY_STORE',
    yaml: 'key-store',
    help: 'where the participants’ keys are, like --store',
    secret: true,
  },
  keyFile: { flag: 'key-file', takes: '<file>', env: 'AFFERENT_KEY_FILE', yaml: 'key-file', help: 'the secret that all keys come from' },
  temporalAddress: {
    flag: 'temporal-address',
    takes: '<host:port>',
    env: 'TEMPORAL_ADDRESS',
    yaml: 'temporal-address',
    help: 'a Temporal server that is there already',
  },
  namespace: {
    flag: 'temporal-namespace',
    takes: '<name>',
    env: 'TEMPORAL_NAMESPACE',
    yaml: 'temporal-namespace',
    help: 'namespace on that server',
  },
  host: { flag: 'host', takes: '<address>', env: 'AFFERENT_HOST', yaml: 'host', help: 'address that the console listens on' },
  port: { flag: 'port', takes: '<number>', env: 'AFFERENT_PORT', yaml: 'port', help: 'port of the console' },
  url: { flag: 'url', takes: '<address>', env: 'AFFERENT_URL', yaml: 'url', help: 'address of the console in mails' },
  smtp: {
    flag: 'smtp',
    takes: '<address>',
    env: 'AFFERENT_SMTP',
    yaml: 'smtp',
    help: 'mail server, smtp://user:password@host:port',
    secret: true,
  },
  mailFrom: { flag: 'mail-from', takes: '<address>', env: 'AFFERENT_MAIL_FROM', yaml: 'mail-from', help: 'sender of the mails' },
  threads: { flag: 'threads', takes: '<number>', env: 'AFFERENT_THREADS', yaml: 'threads', help: 'scoring threads' },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export const settingNames = Object.keys(settings) as SettingName[];

/** The settings that every verb takes as flags; the others belong to the verbs that start parts. */
export const commonSettings: SettingName[] = ['home', 'store', 'keyStore', 'keyFile'];
export const partsSettings: SettingName[] = ['temporalAddress', 'namespace', 'host', 'port', 'url', 'smtp', 'mailFrom', 'threads'];
