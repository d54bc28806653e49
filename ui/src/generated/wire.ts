// Made from the Rust types by `make types`; not to be edited.

export type Said = string | Array<Said> | {
/**
 * Its id.
 */
id: string,
/**
 * What is put into it.
 */
args: { [key in string]: Arg }, };

export type Arg = number | Said;

export type Kind = "changed" | "new" | "gone" | "cleared" | "closed";

export type Dialect = "mobileme" | "mailwren" | "atom" | "ox" | "sieve" | "gmail" | "imap" | "unknown";

export type Sender = {
/**
 * Display name, decoded and cleaned.
 */
name: string | null,
/**
 * Mail address, cleaned.
 */
address: string | null, };

export type Event = {
/**
 * Bare JID or host that published it; the mail server's, where the mailbox was looked into.
 */
service: string | null,
/**
 * Node name as sent; the folder's name, where the mailbox was looked into.
 */
node: string | null,
/**
 * Item id as sent.
 */
item: string | null,
/**
 * What happened.
 */
kind: Kind,
/**
 * The payload's format.
 */
dialect: Dialect,
/**
 * Whose box.
 */
user: string | null,
/**
 * Which box; hierarchy by `/`.
 */
mailbox: string | null,
/**
 * MobileMe's opaque change token.
 */
token: string | null,
/**
 * Subscription id, from the SHIM header `pubsub#subid` (XEP-0060 §12.20).
 */
subid: string | null,
/**
 * When it was sent: XEP-0203 delay, else XEP-0091 delay, else the payload's own date.
 */
sent_at: string | null,
/**
 * Who wrote.
 */
from: Sender | null,
/**
 * Subject, decoded, cleaned, at most 1,000 characters.
 */
subject: string | null,
/**
 * First words of the text, at most 500 characters.
 */
snippet: string | null,
/**
 * Message-ID without angle brackets.
 */
message_id: string | null,
/**
 * Unseen messages in the box, as told.
 */
unseen: number | null,
/**
 * IMAP UID.
 */
uid: number | null,
/**
 * IMAP UIDVALIDITY.
 */
uidvalidity: number | null,
/**
 * A link to the message; https, http, mailto, xmpp, mid or imap.
 */
link: string | null, };

export type Security = "auto" | "direct" | "starttls";

export type PasswordSource = "keyring" | { "command": Array<string> } | { "file": string };

export type ImapTls = "implicit" | "starttls";

export type MailServer = {
/**
 * The mail server.
 */
host: string,
/**
 * Its port; the usual one when absent.
 */
port?: number,
/**
 * How the connection is secured; from the first byte when absent.
 */
tls?: ImapTls,
/**
 * Who logs in; the account's address when absent.
 */
user?: string,
/**
 * Where the password comes from; the OS keyring when absent.
 */
password?: PasswordSource,
/**
 * In place of a password, for OAuth 2: a command that prints a fresh access token. Program and arguments, never a
 * shell.
 */
token?: Array<string>,
/**
 * The folders that are looked into, hierarchy by `/`; `INBOX` when absent. The first is heard of soonest.
 */
folders?: Array<string>,
/**
 * PEM file of further certificate authorities to trust.
 */
ca_file?: string,
/**
 * SHA-256 fingerprints (hex) of certificates to accept instead of asking the authorities.
 */
pins?: Array<string>, };

export type Subscription = {
/**
 * The pubsub service: a host or a bare JID.
 */
service: string,
/**
 * The node's name.
 */
node: string, };

export type OpenWith = "mid" | "thunderbird" | { "webmail": string } | { "command": Array<string> };

export type Opens = "link" | { "webmail": string } | "mid" | { "program": string };

export type Account = {
/**
 * Bare JID; also the account's identity in the store.
 */
jid: string,
/**
 * A short name for people; the JID when absent.
 */
name: string | null,
/**
 * Whether it connects.
 */
enabled: boolean,
/**
 * Host to connect to instead of asking SRV.
 */
host: string | null,
/**
 * Port to connect to; only with `host`.
 */
port: number | null,
/**
 * How the connection is secured.
 */
security: Security,
/**
 * PEM file of further certificate authorities to trust for this account.
 */
ca_file: string | null,
/**
 * SHA-256 fingerprints (hex) of certificates to accept instead of asking the authorities.
 */
pins: Array<string>,
/**
 * Whether to listen to the own PEP node `urn:mailwren:mail:0`.
 */
pep: boolean,
/**
 * Nodes on pubsub services.
 */
subscriptions: Array<Subscription>,
/**
 * JIDs whose Sieve notify messages (RFC 5437) count as mail.
 */
notifiers: Array<string>,
/**
 * Where the password comes from.
 */
password: PasswordSource,
/**
 * Whether it logs in to an XMPP server. Without, what is known of its mail comes from `imap` alone.
 */
xmpp: boolean,
/**
 * Its mailbox, where it is reached by IMAP: then what only says that it changed becomes who wrote, and about what.
 */
imap: MailServer | null,
/**
 * How its mails are opened; by their own link or by what is installed when absent.
 */
open: OpenWith | null, };

export type Privacy = "full" | "sender" | "count";

export type Outcome = "notify" | "silent" | "suppress" | "group";

export type Cause = { "cause": "usual" } | { "cause": "rule",
/**
 * The rule's name, else its place.
 */
rule: string, } | { "cause": "vip",
/**
 * The rule's name, else its place.
 */
rule: string, } | { "cause": "paused",
/**
 * Until when; `null` until resumed.
 */
until: string | null, } | { "cause": "quiet_hours",
/**
 * Until when.
 */
until: string, } | { "cause": "do_not_disturb" } | { "cause": "first_sight" } | { "cause": "headless" } | { "cause": "told_before" } | { "cause": "burst" } | { "cause": "away" } | { "cause": "after_quiet" } | { "cause": "snoozed" };

export type Reason = {
/**
 * What became of it.
 */
outcome: Outcome,
/**
 * How much a rule lets its popup tell.
 */
privacy: Privacy | null, } & ({ "cause": "usual" } | { "cause": "rule",
/**
 * The rule's name, else its place.
 */
rule: string, } | { "cause": "vip",
/**
 * The rule's name, else its place.
 */
rule: string, } | { "cause": "paused",
/**
 * Until when; `null` until resumed.
 */
until: string | null, } | { "cause": "quiet_hours",
/**
 * Until when.
 */
until: string, } | { "cause": "do_not_disturb" } | { "cause": "first_sight" } | { "cause": "headless" } | { "cause": "told_before" } | { "cause": "burst" } | { "cause": "away" } | { "cause": "after_quiet" } | { "cause": "snoozed" });

export type Hush = { "cause": "paused",
/**
 * Until when; `null` until resumed.
 */
until: string | null, } | { "cause": "quiet_hours",
/**
 * Until when.
 */
until: string, } | { "cause": "do_not_disturb" };

export type Later = "hour" | "evening" | "tomorrow" | "monday" | { "at": string };

export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export type QuietHours = {
/**
 * The days it begins on; every day if none is given.
 */
days: Array<Day>,
/**
 * When it begins, in local time: `22:00`.
 */
from: string,
/**
 * When it ends: on the next day unless it is later than the beginning.
 */
to: string, };

export type NotificationSettings = {
/**
 * How much a popup tells.
 */
privacy: Privacy,
/**
 * How much it tells at most while the screen is locked.
 */
privacy_locked: Privacy,
/**
 * Whether popups may be heard.
 */
sound: boolean,
/**
 * More popups than this within the time below become one.
 */
group_above: number,
/**
 * The time, in seconds.
 */
group_within_seconds: number,
/**
 * Whether popups wait while the desktop isn't to be disturbed.
 */
respect_do_not_disturb: boolean,
/**
 * When Mailwren keeps quiet.
 */
quiet: Array<QuietHours>, };

export type Then = "notify" | "silent" | "suppress" | "vip";

export type Rule = {
/**
 * What to call it.
 */
name: string | null,
/**
 * Whether it is heeded.
 */
enabled: boolean,
/**
 * The account: its JID or its name.
 */
account: Array<string>,
/**
 * The mailbox, or the node's name where no mailbox is told.
 */
folder: Array<string>,
/**
 * The sender: address or display name.
 */
sender: Array<string>,
/**
 * The subject.
 */
subject: Array<string>,
/**
 * It ends then: for muting somebody for an afternoon.
 */
until: string | null,
/**
 * What becomes of the popup.
 */
then: Then | null,
/**
 * How much the popup tells.
 */
privacy: Privacy | null,
/**
 * A command to run for each new mail: program and arguments, never a shell. Empty: none.
 */
hook: Array<string>, };

export type RuleEntry = {
/**
 * Its place in the list, from 0.
 */
at: number,
/**
 * The line of the configuration file that it begins in, from 1.
 */
line: number,
/**
 * The rule, as far as it can be read.
 */
rule: Rule,
/**
 * Why it isn't heeded, if it is broken.
 */
fault: Said | null, };

export type Language = "system" | "en" | "de" | "ar";

export type Theme = "system" | "light" | "dark";

export type RowHeight = "full" | "compact";

export type GeneralSettings = {
/**
 * The language that every face speaks.
 */
language: Language,
/**
 * How windows look.
 */
theme: Theme,
/**
 * How high the feed's rows are.
 */
rows: RowHeight,
/**
 * Whether single letters are commands in the feed.
 */
letters: boolean,
/**
 * How many days events are kept.
 */
keep_days: number, };

export type StartAtLogin = {
/**
 * Whether it does.
 */
on: boolean,
/**
 * Whether without a window.
 */
hidden: boolean, };

export type Discovery = {
/**
 * Where to connect, in the order of trial.
 */
endpoints: Array<Endpoint>,
/**
 * The one that answered.
 */
connected: Endpoint | null,
/**
 * What TLS negotiated.
 */
tls: TlsFound | null,
/**
 * SASL mechanisms on offer, in the server's order.
 */
mechanisms: Array<string>,
/**
 * Channel binding types that the server lists (XEP-0440).
 */
channel_bindings: Array<string>,
/**
 * The mechanism that logged in.
 */
mechanism: string | null,
/**
 * Whether the account has personal eventing (XEP-0163); `null` if it wasn't asked.
 */
pep: boolean | null,
/**
 * Pubsub services, those that the account names first.
 */
services: Array<string>,
/**
 * Nodes on them, and the own mail node where it is there.
 */
nodes: Array<FoundNode>, };

export type Endpoint = {
/**
 * Host name or address.
 */
host: string,
/**
 * The port.
 */
port: number,
/**
 * TLS from the first byte (XEP-0368), else STARTTLS.
 */
direct: boolean,
/**
 * Its SRV record's priority; `null` where none led here.
 */
priority: number | null,
/**
 * Its SRV record's weight.
 */
weight: number | null, };

export type TlsFound = {
/**
 * `1.2` or `1.3`.
 */
version: string,
/**
 * SHA-256 fingerprint of the certificate, in lower-case hex.
 */
fingerprint: string,
/**
 * Whether it is trusted because it is pinned.
 */
pinned: boolean, };

export type FoundNode = {
/**
 * The service.
 */
service: string,
/**
 * The node.
 */
node: string,
/**
 * How the account's subscription stands; that of the bare JID, and for the own node always `subscribed`.
 */
standing: Standing,
/**
 * Whether the account may read its items now; `null` if it wasn't asked.
 */
readable: boolean | null,
/**
 * Who may read it (XEP-0060 §4.5): `open`, `presence`, `roster`, `authorize` or `whitelist`, where it is told.
 */
access: string | null,
/**
 * Which type of message its events are (`pubsub#notification_type`), where it is told.
 */
notification: string | null,
/**
 * What a person should know before mail is published on it.
 */
warning: Said | null, };

export type Standing = "subscribed" | "pending" | "unconfigured" | "none";

export type ListedSubscription = {
/**
 * The service.
 */
service: string,
/**
 * The node.
 */
node: string,
/**
 * Whether Mailwren is to listen to it.
 */
configured: boolean,
/**
 * How it stands at the service; `null` if that couldn't be found out.
 */
standing: Standing | null,
/**
 * The JID that is subscribed: the account's bare JID, or a full one, which is another client's.
 */
jid: string | null,
/**
 * The subscription's id, where the service gives one.
 */
subid: string | null,
/**
 * Its options (XEP-0060 §6.3) by name without `pubsub#`, where the service tells any that are set.
 */
options: Array<SubscriptionOption>,
/**
 * What is wrong, and what to do.
 */
trouble: Said | null, };

export type SubscriptionOption = {
/**
 * Its name without `pubsub#`, such as `deliver` or `expire`.
 */
name: string,
/**
 * Its value.
 */
value: string, };

export type Act = "read" | "unread" | "archive" | "delete" | "junk";

export type Row = {
/**
 * Position in the store; never changes, never reused.
 */
seq: number,
/**
 * Raised each time the row changes; unique over the store.
 */
rev: number,
/**
 * The account's bare JID.
 */
account: string,
/**
 * When it was stored.
 */
received_at: string,
/**
 * Whether the server sent it late.
 */
delayed: boolean,
/**
 * Whether a person has still to see it.
 */
unread: boolean,
/**
 * When its item was retracted, purged or replaced.
 */
gone_at: string | null,
/**
 * Whether a newer payload took its item's id: then that one's row stands for the item. A row that only said that a mailbox
 * changed is replaced once it is known what did; such rows are left out of the feed, but for searches.
 */
replaced: boolean,
/**
 * Until when a person put it off: it comes back as a popup then.
 */
snoozed_until: string | null,
/**
 * What a person had done with its message in the mailbox, if that took it out of its folder. Such rows are left out of
 * the feed, but for searches.
 */
acted: Act | null,
/**
 * What became of its popup, and why; unknown for rows of earlier versions.
 */
reason: Reason | null,
/**
 * What opening it opens, if there is a way to it. The engine looks as it sends the row: the store doesn't know.
 */
opens: Opens | null,
/**
 * Bare JID or host that published it; the mail server's, where the mailbox was looked into.
 */
service: string | null,
/**
 * Node name as sent; the folder's name, where the mailbox was looked into.
 */
node: string | null,
/**
 * Item id as sent.
 */
item: string | null,
/**
 * What happened.
 */
kind: Kind,
/**
 * The payload's format.
 */
dialect: Dialect,
/**
 * Whose box.
 */
user: string | null,
/**
 * Which box; hierarchy by `/`.
 */
mailbox: string | null,
/**
 * MobileMe's opaque change token.
 */
token: string | null,
/**
 * Subscription id, from the SHIM header `pubsub#subid` (XEP-0060 §12.20).
 */
subid: string | null,
/**
 * When it was sent: XEP-0203 delay, else XEP-0091 delay, else the payload's own date.
 */
sent_at: string | null,
/**
 * Who wrote.
 */
from: Sender | null,
/**
 * Subject, decoded, cleaned, at most 1,000 characters.
 */
subject: string | null,
/**
 * First words of the text, at most 500 characters.
 */
snippet: string | null,
/**
 * Message-ID without angle brackets.
 */
message_id: string | null,
/**
 * Unseen messages in the box, as told.
 */
unseen: number | null,
/**
 * IMAP UID.
 */
uid: number | null,
/**
 * IMAP UIDVALIDITY.
 */
uidvalidity: number | null,
/**
 * A link to the message; https, http, mailto, xmpp, mid or imap.
 */
link: string | null, };

export type Filter = {
/**
 * Only this account.
 */
account: string | null,
/**
 * Only this mailbox.
 */
mailbox: string | null,
/**
 * Only unread ones.
 */
unread: boolean,
/**
 * Only rows in which every word begins a word of sender, address, subject, snippet or mailbox.
 */
text: string | null, };

export type Command = { "do": "feed",
/**
 * Which rows.
 */
filter: Filter,
/**
 * Only rows with a lower `seq`.
 */
before: number | null,
/**
 * At most so many; 500 is the most.
 */
limit: number, } | { "do": "changes",
/**
 * The last revision known.
 */
since: number, } | { "do": "row",
/**
 * Which.
 */
seq: number, } | { "do": "status" } | { "do": "arrivals" } | { "do": "mailboxes",
/**
 * Only of this account's.
 */
account: string | null, } | { "do": "mark",
/**
 * Which rows.
 */
seqs: number[],
/**
 * Read, or unread again.
 */
read: boolean, } | { "do": "mark_all_read",
/**
 * Which rows.
 */
filter: Filter, } | { "do": "act",
/**
 * Which rows.
 */
seqs: number[],
/**
 * What.
 */
act: Act, } | { "do": "undo_act",
/**
 * Which rows.
 */
seqs: number[], } | { "do": "pause",
/**
 * Until when; `null` until resumed.
 */
until: string | null, } | { "do": "resume" } | { "do": "snooze",
/**
 * Which rows.
 */
seqs: number[],
/**
 * Until when.
 */
later: Later | null, } | { "do": "mute",
/**
 * The row.
 */
seq: number,
/**
 * Until when; `null` for good.
 */
until: string | null, } | { "do": "unmute",
/**
 * The row.
 */
seq: number, } | { "do": "dismiss_problem",
/**
 * [`Problem::code`].
 */
code: string, } | { "do": "general_settings" } | { "do": "save_general_settings",
/**
 * All of the settings.
 */
settings: GeneralSettings, } | { "do": "export_settings" } | { "do": "import_settings",
/**
 * What errors call it: a file's name.
 */
name: string,
/**
 * The configuration.
 */
text: string, } | { "do": "restore_settings",
/**
 * The name of its file.
 */
backup: string, } | { "do": "examine" } | { "do": "log" } | { "do": "notification_settings" } | { "do": "send_sample" } | { "do": "save_notification_settings",
/**
 * All of the settings.
 */
settings: NotificationSettings, } | { "do": "rules" } | { "do": "try_rule",
/**
 * The rule.
 */
rule: Rule, } | { "do": "save_rule",
/**
 * The place of the one to replace; at the end when absent.
 */
at: number | null,
/**
 * The rule.
 */
rule: Rule,
/**
 * The edition that places are of; the rules must not have changed since.
 */
edition: string, } | { "do": "remove_rule",
/**
 * Its place.
 */
at: number,
/**
 * The edition that the place is of.
 */
edition: string, } | { "do": "move_rule",
/**
 * Its place.
 */
from: number,
/**
 * Its place afterwards.
 */
to: number,
/**
 * The edition that the places are of.
 */
edition: string, } | { "do": "accounts" } | { "do": "test_account",
/**
 * The account to try; need not be configured.
 */
account: Account,
/**
 * Its password; the stored one when absent.
 */
password: string | null,
/**
 * Its mailbox's password; the stored one when absent.
 */
mailbox_password: string | null,
/**
 * A number of the face's choice that comes back in the notices.
 */
run: number, } | { "do": "subscriptions",
/**
 * Its JID.
 */
jid: string, } | { "do": "subscribe",
/**
 * The account's JID.
 */
jid: string,
/**
 * The service.
 */
service: string,
/**
 * The node.
 */
node: string, } | { "do": "unsubscribe",
/**
 * The account's JID.
 */
jid: string,
/**
 * The service.
 */
service: string,
/**
 * The node.
 */
node: string, } | { "do": "save_account",
/**
 * The account.
 */
account: Account,
/**
 * A new password for the keyring; the stored one stays when absent.
 */
password: string | null,
/**
 * The same for its mailbox, where that is reached by IMAP.
 */
mailbox_password: string | null, } | { "do": "remove_account",
/**
 * Its JID.
 */
jid: string,
/**
 * Remove its stored events as well.
 */
forget: boolean, } | { "do": "move_account",
/**
 * Its JID.
 */
jid: string,
/**
 * The JID of the one that it is to stand before; behind all others when absent.
 */
before: string | null, } | { "do": "retry",
/**
 * Its JID.
 */
jid: string, } | { "do": "show_feed" } | { "do": "hand_over" };

export type Reply = { "re": "feed",
/**
 * The rows, newest first.
 */
rows: Array<Row>,
/**
 * Whether older ones exist.
 */
more: boolean,
/**
 * The store's revision when they were read.
 */
rev: number, } | { "re": "changes",
/**
 * The rows, oldest change first.
 */
rows: Array<Row>,
/**
 * Whether further changes exist.
 */
more: boolean,
/**
 * The revision to ask from next.
 */
rev: number, } | { "re": "row",
/**
 * The row, if it is there.
 */
row: Row | null, } | { "re": "status",
/**
 * How everything stands.
 */
status: Status, } | { "re": "arrivals",
/**
 * Counts per hour, oldest first; the last is the running hour.
 */
hours: Array<number>, } | { "re": "mailboxes",
/**
 * Their names, in order; the first few hundred, if there are more.
 */
mailboxes: Array<string>, } | { "re": "accounts",
/**
 * The accounts, in order.
 */
accounts: Array<Account>, } | { "re": "test_account",
/**
 * Whether all steps went well.
 */
passed: boolean,
/**
 * What was found on the way.
 */
found: Discovery, } | { "re": "subscriptions",
/**
 * The configured ones first.
 */
subscriptions: Array<ListedSubscription>, } | { "re": "subscription",
/**
 * How it stands at the service now.
 */
standing: Standing,
/**
 * What a person should know of it.
 */
note: Said | null, } | { "re": "general_settings",
/**
 * All of the settings.
 */
settings: GeneralSettings, } | { "re": "export_settings",
/**
 * The configuration, as TOML.
 */
text: string, } | { "re": "import_settings",
/**
 * The path of the file that keeps what was in force before; none if nothing was.
 */
backup: string | null, } | { "re": "examine",
/**
 * What was found.
 */
found: EngineFound, } | { "re": "log",
/**
 * Its last lines; none if nothing has been logged.
 */
text: string, } | { "re": "acted",
/**
 * How many messages it was done with.
 */
count: number,
/**
 * What couldn't be done.
 */
trouble: Said | null, } | { "re": "notification_settings",
/**
 * All of the settings.
 */
settings: NotificationSettings, } | { "re": "send_sample",
/**
 * Why no popup was shown: one of a new mail would be withheld as well.
 */
withheld: Hush | null, } | { "re": "rules",
/**
 * The rules, in order, broken ones included.
 */
rules: Array<RuleEntry>,
/**
 * Names this state of the list; handed back with each change of it.
 */
edition: string, } | { "re": "try_rule",
/**
 * What is wrong with the rule.
 */
fault: Said | null,
/**
 * The rows it matches, newest first.
 */
seqs: number[],
/**
 * Of how many of the newest rows.
 */
of: number, } | { "re": "done",
/**
 * How many rows or things it touched.
 */
count: number, };

export type Notice = { "on": "changed",
/**
 * The newest revision.
 */
rev: number, } | { "on": "status" } | { "on": "accounts" } | { "on": "settings" } | { "on": "removed" } | { "on": "test",
/**
 * The number given in [`Command::TestAccount`].
 */
run: number,
/**
 * The step.
 */
step: TestStep, } | { "on": "open",
/**
 * The row; the feed when absent.
 */
seq: number | null, } | { "on": "closing" };

export type Status = {
/**
 * Each account, in configured order.
 */
accounts: Array<AccountStatus>,
/**
 * Unread rows in all accounts.
 */
unread: number,
/**
 * The pause that is on.
 */
pause: Pause | null,
/**
 * Why popups are withheld at present: the pause, quiet hours, or the desktop's do-not-disturb.
 */
hush: Hush | null,
/**
 * What is missing or broken beside the accounts, each told once.
 */
problems: Array<Problem>,
/**
 * The store's revision.
 */
rev: number,
/**
 * Mailwren's version.
 */
version: string, };

export type Pause = {
/**
 * Until when; `null` until resumed.
 */
until: string | null, };

export type LinkState = "connected" | "connecting" | "offline" | "error" | "disabled";

export type AccountStatus = {
/**
 * Its bare JID.
 */
jid: string,
/**
 * What people call it.
 */
label: string,
/**
 * Whether it has XMPP; else its mailbox alone is watched.
 */
xmpp: boolean,
/**
 * Its connection.
 */
link: LinkState,
/**
 * Since when.
 */
since: string | null,
/**
 * What is wrong, and what to do.
 */
trouble: Problem | null,
/**
 * When the next try comes.
 */
next_try: string | null,
/**
 * When push was last proven alive: a heartbeat of our own came back through the server, or an event came. Of a mailbox
 * alone: when its server last answered.
 */
proven_at: string | null,
/**
 * When whoever publishes the account's mail last reached the mail server, as its own heartbeats tell.
 */
publisher_at: string | null,
/**
 * Unread rows.
 */
unread: number,
/**
 * Its nodes.
 */
nodes: Array<NodeStatus>,
/**
 * Events dropped because nobody entitled sent them.
 */
strangers: number, };

export type NodeStatus = {
/**
 * The service.
 */
service: string,
/**
 * The node.
 */
node: string,
/**
 * Whether events arrive from it.
 */
state: NodeState,
/**
 * Why not.
 */
trouble: Said | null,
/**
 * Whether the mailbox behind it is reached, by a bridge that says so or by IMAP, so that [`Command::Act`] can be tried.
 */
acts: boolean, };

export type NodeState = "unknown" | "subscribed" | "pending" | "refused" | "closed";

export type Problem = {
/**
 * What it is about, for code: `auth`, `tls`, `dns`, `tcp`, `keyring`, `notifier`, `config`, `store`, …
 */
code: string,
/**
 * What is wrong.
 */
message: Said,
/**
 * What to do.
 */
hint: Said | null, };

export type TestStep = {
/**
 * Which step.
 */
name: StepName,
/**
 * How it stands.
 */
state: StepState,
/**
 * What was found, or what is wrong.
 */
detail: Said,
/**
 * What to do if it failed.
 */
hint: Said | null,
/**
 * How long it took, in milliseconds.
 */
millis: number,
/**
 * SHA-256 fingerprint of a certificate that wasn't trusted, to be pinned on an explicit yes.
 */
fingerprint: string | null,
/**
 * Whether another certificate is pinned: then this one may be an attacker's.
 */
changed: boolean,
/**
 * Nodes found, in the last step.
 */
nodes: Array<Subscription>, };

export type StepName = "dns" | "tls" | "login" | "services" | "nodes" | "mailbox";

export type StepState = "running" | "passed" | "warned" | "failed";

export type ApiError = {
/**
 * For code that acts on it.
 */
code: ApiCode,
/**
 * What went wrong.
 */
message: Said,
/**
 * What to do.
 */
hint: Said | null, };

export type ApiCode = "invalid" | "not_found" | "forbidden" | "keyring" | "refused" | "closed" | "internal";

export type TrayShape = "connected" | "connecting" | "offline" | "error" | "paused";

export type About = "system" | "engine" | "config" | "store" | "keyring" | "bus" | "notifications" | "tray" | "dns" | "tls" | "login" | "services" | "nodes" | "mailbox" | "subscriptions" | "push";

export type Check = {
/**
 * What it is about.
 */
about: About,
/**
 * The account's JID, where it is about one.
 */
account: string | null,
/**
 * How it stands.
 */
state: StepState,
/**
 * What was found.
 */
detail: Said,
/**
 * What to do about it.
 */
hint: Said | null, };

export type Keyring = "open" | "absent" | "locked" | { "failed": Said };

export type EngineFound = {
/**
 * The configuration file.
 */
config: string,
/**
 * What of it can't be used.
 */
config_faults: Array<Said>,
/**
 * Why the store can't be read or written.
 */
store_fault: Said | null,
/**
 * How the keyring stands.
 */
keyring: Keyring,
/**
 * Whether an account has its password in it.
 */
keyring_needed: boolean, };
