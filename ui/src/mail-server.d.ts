// TODO: goes once `generated/wire.ts` declares both itself, which it names but leaves out.

/** How the connection to a mail server is secured. */
type ImapTls = 'implicit' | 'starttls';

/** How an account's mailbox is reached by IMAP. What is as usual isn't written. */
type MailServer = {
  host: string;
  port?: number;
  tls?: ImapTls;
  user?: string;
  password?: import('./generated/wire').PasswordSource;
  token?: Array<string>;
  folders?: Array<string>;
  ca_file?: string;
  pins?: Array<string>;
};
