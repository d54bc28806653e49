/** The states that the web twin can be put into, by name. */
import type {
  Account,
  AccountStatus,
  ApiError,
  Check,
  Reason,
  Row,
  Rule,
  Said,
  Status,
  TestStep,
} from '../generated/wire';
import { blankRule } from '../logic/rules';
import { blankRow, blankStatus, entryOf, said, usualNotifications, type Script } from './engine';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

export const states = [
  'busy',
  'single',
  'long',
  'hundred',
  'huge',
  'away',
  'hostile',
  'quiet',
  'first-run',
  'loading',
  'error',
  'offline',
  'connecting',
  'proven',
  'proven-alone',
  'trouble',
  'paused',
  'unread-none',
  'untrusted',
  'refused',
  'slow-test',
  'unsaved',
  'policy',
  'unread-policy',
  'mailboxes',
  'untrusted-mailbox',
  'passable',
  'unread-accounts',
] as const;
export type State = (typeof states)[number];

const home = account('lena@home.example', 'Home', [
  'mail/lena/INBOX',
  'mail/lena/Rechnungen',
  'mail/lena/Familie',
]);
const work = account('l.brandt@work.example', 'Work', ['mail/l.brandt/INBOX', 'mail/l.brandt/Builds']);
const choir = account('alto@choir.example', 'Choir', ['mail/alto/INBOX']);
/** One that its mailbox tells more of, and one that has nothing else. */
const looked: Account = { ...home, imap: { host: 'imap.home.example', folders: ['INBOX', 'Familie'] } };
const post: Account = {
  ...account('lena@post.example', 'Post', []),
  xmpp: false,
  imap: { host: 'imap.post.example' },
};
const sam: Account = {
  ...account('sam@aosnotify.mac.com', null, []),
  host: '127.0.0.1',
  port: 15223,
  pep: false,
  subscriptions: [
    { service: 'pubsub.aosnotify.mac.com', node: '/protected/com/apple/mobileme/sam/mail/Inbox' },
  ],
};

/** A script for a state, as of `now`. An unknown name is the busy one. */
export function script(name: string, now: number): Script {
  const busy: Script = {
    checks: goodChecks,
    rows: someMail(now),
    accounts: [home, work, choir],
    status: status(now, [
      up(home, now - 40 * SECOND, 3),
      up(work, now - 70 * SECOND, 1),
      { ...blankStatus(choir), next_try: at(now + 12 * SECOND), link: 'connecting' },
    ]),
    hours: [0, 0, 0, 0, 1, 0, 2, 5, 3, 2, 4, 1, 0, 1, 2, 1, 3, 0, 0, 1, 2, 4, 2, 3],
    test: testOf,
  };
  const only = { accounts: [home], status: status(now, [up(home, now - 40 * SECOND, 0)]) };
  switch (name as State) {
    case 'single':
      return {
        ...busy,
        accounts: [sam],
        status: status(now, [{ ...up(sam, now - 3 * SECOND, 1), label: sam.jid }]),
        hours: [...Array<number>(23).fill(0), 2],
        rows: capturesOf2008(now),
      };
    case 'long':
      return { ...busy, rows: muchMail(now, 5000) };
    case 'hundred':
      return { ...busy, rows: muchMail(now, 100) };
    case 'huge':
      return { ...busy, rows: muchMail(now, 100_000) };
    case 'away':
      return { ...busy, rows: mailOfANight(now) };
    case 'hostile':
      return { ...busy, rows: hostileMail(now) };
    case 'quiet':
      return { ...busy, ...only, rows: [], hours: Array<number>(24).fill(0) };
    case 'first-run':
      return { ...busy, accounts: [], rows: [], status: status(now, []), hours: Array<number>(24).fill(0) };
    case 'loading':
      return { ...busy, rows: [], silent: ['feed'] };
    case 'error':
      return {
        ...busy,
        refused: {
          feed: {
            code: 'internal',
            message: said('store-failed', { why: 'database or disk is full' }),
            hint: said('store-unwritable-do'),
          },
        },
      };
    case 'offline':
      return {
        ...busy,
        status: status(
          now,
          [home, work, choir].map((a) => ({ ...up(a, now, 0), ...away(now) })),
        ),
      };
    case 'connecting':
      return { ...busy, ...only, status: status(now, [blankStatus(home)]) };
    case 'proven':
      return {
        ...busy,
        status: status(now, [
          { ...up(home, now - 40 * SECOND, 3), publisher_at: at(now - 2 * MINUTE) },
          { ...up(work, now - 70 * SECOND, 1), publisher_at: at(now - 9 * MINUTE) },
          up(choir, now - 3 * MINUTE, 0),
        ]),
      };
    case 'proven-alone':
      return {
        ...busy,
        ...only,
        status: status(now, [{ ...up(home, now - 40 * SECOND, 3), publisher_at: at(now - 3 * MINUTE) }]),
      };
    case 'trouble':
      return {
        ...busy,
        checks: troubledChecks,
        log: someLog,
        test: (tried) => (tried.jid === work.jid ? refusedTest : testOf(tried)),
        status: {
          ...status(now, [
            up(home, now - 40 * SECOND, 3),
            {
              ...up(work, now, 1),
              link: 'error',
              proven_at: null,
              trouble: {
                code: 'auth',
                message: said('trouble-not-authorized'),
                hint: said('trouble-password-do'),
              },
            },
            {
              ...up(choir, now - 9 * MINUTE, 0),
              nodes: [
                {
                  service: 'pubsub.choir.example',
                  node: 'mail/alto/INBOX',
                  state: 'refused',
                  trouble: said('node-forbidden'),
                  acts: false,
                },
              ],
              strangers: 2,
            },
          ]),
          problems: [
            {
              code: 'notifier',
              message: said('notifier-trouble', { why: said('doctor-daemon-absent') }),
              hint: said('notifier-trouble-do'),
            },
          ],
        },
      };
    case 'paused':
      return { ...busy, status: { ...busy.status, pause: { until: at(now + 50 * MINUTE) } } };
    case 'unread-none':
      return { ...busy, rows: busy.rows.map((row) => ({ ...row, unread: false })) };
    case 'untrusted':
      return { ...busy, test: (tried) => (tried.pins.length > 0 ? testOf(tried) : untrustedTest) };
    case 'refused':
      return { ...busy, test: () => refusedTest };
    case 'slow-test':
      return { ...busy, test: () => [...goodTest.slice(0, 3), step('services', 'running', '')] };
    case 'unsaved':
      return {
        ...busy,
        ...policy(now),
        refused: {
          save_account: {
            code: 'keyring',
            message: said('vault-locked'),
            hint: null,
          },
          save_general_settings: readOnly,
          save_notification_settings: readOnly,
          save_rule: readOnly,
          remove_rule: readOnly,
          move_rule: readOnly,
          move_account: readOnly,
          log: readOnly,
          mute: readOnly,
          snooze: readOnly,
        },
      };
    case 'policy':
      return {
        ...busy,
        ...policy(now),
        rows: busy.rows.map((row, i) => ({ ...row, ...fate(now, i) })),
        status: { ...busy.status, hush: { cause: 'quiet_hours', until: at(dayBefore(now, 0, 13, 0)) } },
      };
    case 'mailboxes':
      return {
        ...busy,
        accounts: [looked, post],
        status: status(now, [up(looked, now - 40 * SECOND, 3), up(post, now - 70 * SECOND, 1)]),
      };
    case 'untrusted-mailbox':
      return {
        ...busy,
        test: (tried) => ((tried.imap?.pins ?? []).length > 0 ? testOf(tried) : untrustedMailbox(tried)),
      };
    case 'passable':
      return {
        ...busy,
        status: {
          ...busy.status,
          problems: [
            {
              code: 'tray',
              message: said('problem-tray'),
              hint: said('doctor-tray-do'),
            },
            {
              code: 'logind',
              message: said('problem-logind'),
              hint: said('problem-logind-do'),
            },
            {
              code: 'notifier',
              message: said('notifier-trouble', { why: said('doctor-daemon-absent') }),
              hint: said('notifier-trouble-do'),
            },
          ],
        },
      };
    case 'unread-accounts':
      return { ...busy, refused: { accounts: unread } };
    case 'unread-policy':
      return { ...busy, refused: { notification_settings: unread, rules: unread } };
    default:
      return busy;
  }
}

const readOnly: ApiError = {
  code: 'internal',
  message: said('file-trouble', { path: 'config.toml', what: 'Read-only file system (os error 30)' }),
  hint: null,
};

const unread: ApiError = { code: 'closed', message: said('api-closed'), hint: null };

/** Nights, a free lunch, and rules of each kind, one of them broken. */
function policy(now: number): Pick<Script, 'notifications' | 'rules'> {
  const rules: Partial<Rule>[] = [
    {
      name: 'Muted: Choir list',
      sender: ['Choir list'],
      then: 'silent',
      until: at(dayBefore(now, 0, 18, 0)),
    },
    { name: 'Family', sender: ['*@kern.example.org', 'Miriam', 'דנה'], then: 'vip' },
    { name: 'Builds', folder: ['Builds'], subject: ['/^\\[nightly\\]/', 'Re: [nightly]*'], then: 'suppress' },
    { name: 'Winter', subject: ['/(winter/'], then: 'silent' },
    { name: 'Bank', sender: ['*@bank.example.org'], privacy: 'count', enabled: false },
    { account: ['Choir'], hook: ['/usr/local/bin/ring', '--volume', '80'] },
  ];
  return {
    notifications: {
      ...usualNotifications(),
      quiet: [
        { days: [], from: '22:00', to: '07:00' },
        { days: ['sat', 'sun'], from: '07:00', to: '09:30' },
        { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '12:15', to: '13:00' },
      ],
    },
    rules: rules.map((rule, i) => entryOf({ ...blankRule(), ...rule }, i)),
  };
}

/** What became of the popups of the newest rows. */
function fate(now: number, i: number): Partial<Row> {
  const told = [
    { outcome: 'notify', privacy: null, cause: 'vip', rule: 'Family' },
    { outcome: 'silent', privacy: 'count', cause: 'quiet_hours', until: at(dayBefore(now, 0, 13, 0)) },
    { outcome: 'suppress', privacy: null, cause: 'rule', rule: 'Builds' },
    { outcome: 'group', privacy: null, cause: 'burst' },
  ] as const satisfies Reason[];
  return {
    reason: told[i] ?? null,
    ...(i === 1 && { snoozed_until: at(dayBefore(now, -1, 7, 0)) }),
  };
}

function at(ms: number): string {
  return new Date(ms).toISOString();
}

function account(jid: string, name: string | null, nodes: string[]): Account {
  const service = `pubsub.${jid.split('@')[1]}`;
  return {
    jid,
    name,
    enabled: true,
    host: null,
    port: null,
    security: 'auto',
    ca_file: null,
    pins: [],
    pep: true,
    subscriptions: nodes.map((node) => ({ service, node })),
    notifiers: [],
    password: 'keyring',
    xmpp: true,
    imap: null,
    open: null,
  };
}

function up(of: Account, proven: number, unread: number): AccountStatus {
  return { ...blankStatus(of), link: 'connected', proven_at: at(proven), since: at(proven - HOUR), unread };
}

function away(now: number): Partial<AccountStatus> {
  return {
    link: 'offline',
    unread: 0,
    next_try: at(now + 25 * SECOND),
    trouble: {
      code: 'tcp',
      message: said('trouble-tcp', { target: 'birds.example:5222', why: said('net-unreachable') }),
      hint: said('trouble-network-do'),
    },
  };
}

function status(_now: number, accounts: AccountStatus[]): Status {
  const unread = accounts.reduce((sum, a) => sum + a.unread, 0);
  return { accounts, unread, pause: null, hush: null, problems: [], rev: 0, version: '0.1.0' };
}

/** Rows from newest to oldest, numbered down to 1. */
function numbered(mails: Partial<Row>[]): Row[] {
  return mails.map((mail, i) => ({
    ...blankRow(),
    unread: false,
    ...mail,
    seq: mails.length - i,
    rev: mails.length - i,
  }));
}

function mail(
  received: number,
  name: string,
  subject: string | null,
  snippet: string,
  more: Partial<Row> = {},
): Partial<Row> {
  return {
    received_at: at(received),
    sent_at: at(received - 2 * SECOND),
    from: { name, address: null },
    subject,
    snippet,
    ...more,
  };
}

/** The moment `clock` o'clock, `days` days before today. */
function dayBefore(now: number, days: number, hour: number, minute: number): number {
  const d = new Date(now);
  return new Date(d.getFullYear(), d.getMonth(), d.getDate() - days, hour, minute).getTime();
}

function someMail(now: number): Row[] {
  const inWork = { account: work.jid, service: 'pubsub.work.example' };
  return numbered([
    mail(
      now - 2 * MINUTE,
      'Miriam',
      'Schlüsselübergabe am Donnerstag, 17:30 Uhr',
      'Passt dir das noch? Sonst lege ich ihn beim Nachbarn in den Kasten.',
      { unread: true, link: 'https://webmail.home.example/m/4711' },
    ),
    mail(
      now - 9 * MINUTE,
      'Ελένη',
      'Συνάντηση της επόμενης εβδομάδας',
      'Καλημέρα, σας στέλνω τρεις πιθανές ημερομηνίες.',
      { ...inWork, unread: true, link: 'https://mail.work.example/m/99' },
    ),
    mail(
      now - 26 * MINUTE,
      'Build server',
      'Re: [nightly] mail-store/replication: 3 of 412 checks failed on arm64 after the merge of “retry-on-partial-write”',
      'test_resume_after_suspend timed out after 30 s',
      { ...inWork, mailbox: 'Builds' },
    ),
    mail(
      now - 48 * MINUTE,
      'ليلى',
      'تذكير: موعد الاجتماع غدًا الساعة العاشرة صباحًا',
      'مرحبًا، أرفقت جدول الأعمال. هل يمكنك تأكيد الحضور؟',
      { unread: true },
    ),
    {
      kind: 'changed',
      dialect: 'unknown',
      received_at: at(now - 55 * MINUTE),
      account: choir.jid,
      mailbox: 'Inbox',
      unread: true,
      unseen: 3,
    },
    mail(
      dayBefore(now, 1, 21, 47),
      'Tomasz',
      null,
      'photo of the boiler label, is this the right part number?',
      { link: 'mid:boiler@home.example' },
    ),
    mail(
      dayBefore(now, 1, 20, 12),
      'Jonas',
      'Rechnung 2026-1187 und Lieferschein',
      'Im Anhang beides als PDF. Zahlungsziel wie immer 14 Tage.',
      { mailbox: 'Rechnungen', sent_at: at(dayBefore(now, 3, 8, 12)), delayed: true },
    ),
    mail(
      dayBefore(now, 1, 19, 5),
      'Choir list',
      'Notes for Sunday',
      'Altos please bring the second folder.',
      { account: choir.jid, gone_at: at(now - HOUR) },
    ),
    { kind: 'cleared', received_at: at(dayBefore(now, 1, 18, 0)), mailbox: 'Lists' },
    mail(
      dayBefore(now, 1, 9, 30),
      'Winter hours',
      'Winter opening hours of the library',
      'From 1 December we open at ten.',
      {},
    ),
    mail(dayBefore(now, 4, 16, 20), 'דנה', 'מפתח המשרד', 'השארתי את המפתח אצל השכן.', {}),
  ]);
}

function capturesOf2008(now: number): Row[] {
  const one = {
    kind: 'changed',
    dialect: 'mobileme',
    account: sam.jid,
    service: 'pubsub.aosnotify.mac.com',
    node: '/protected/com/apple/mobileme/sam/mail/Inbox',
    user: 'sam',
    mailbox: 'Inbox',
  } as const;
  return numbered([
    { ...one, received_at: at(now - 2 * SECOND), token: '544FE17', item: '8ATABX9e6satO6Y', unread: true },
    {
      ...one,
      received_at: at(now - 3 * SECOND),
      token: 'E1B537',
      item: '5WE7I82L5bdNGm2',
      sent_at: '2008-07-18T01:11:11.447Z',
      delayed: true,
    },
  ]);
}

function muchMail(now: number, count: number): Row[] {
  const names = ['Miriam', 'Jonas', 'Tomasz', 'Build server', 'Ελένη', 'ليلى'];
  return numbered(
    Array.from({ length: count }, (_, i) =>
      mail(
        now - i * 20 * MINUTE,
        names[i % names.length] ?? '',
        `Report ${count - i}`,
        'All as it was the day before.',
        {
          unread: i < 4,
          mailbox: i === count - 1 ? 'Attic' : i % 5 === 0 ? 'Reports' : 'INBOX',
        },
      ),
    ),
  );
}

/** Two mails of this morning, what a night without network had brought, and yesterday's. */
function mailOfANight(now: number): Row[] {
  const names = ['Miriam', 'Jonas', 'ليلى', 'Build server', 'Tomasz', 'דנה', 'Jonas', 'Choir list', 'Miriam'];
  const subjects = ['Schlüsselübergabe', 'Rechnung 2026-1188', 'تذكير', '[nightly] 2 of 412 checks failed'];
  const back = dayBefore(now, 0, 8, 4);
  const late = names.map((name, i) =>
    mail(back - i * SECOND, name, subjects[i % subjects.length] ?? null, 'Came while nobody listened.', {
      sent_at: at(dayBefore(now, 0, 7, 40) - i * 71 * MINUTE),
      delayed: true,
      unread: i < 6,
    }),
  );
  const [first, second, ...rest] = someMail(now);
  return numbered([first, second, ...late, ...rest.slice(3)].flatMap((row) => row ?? []));
}

function hostileMail(now: number): Row[] {
  const image = '<img src=x onerror="document.title=1">';
  return numbered([
    mail(now - MINUTE, '<b>x</b>&amp;', '<script>alert(1)</script>', image, {
      unread: true,
      link: 'javascript:alert(1)',
    }),
    mail(
      now - 2 * MINUTE,
      '\u202Egnp.exe\u2066',
      `\u202E\u202Einvoice \u2067gpj.exe`,
      '\u2066\u2066\u202Ereversed',
      { mailbox: '</span><h1>INBOX' },
    ),
    mail(now - 3 * MINUTE, 'A'.repeat(500), 'W'.repeat(1000), 'long '.repeat(100), {
      link: `https://${'a'.repeat(60)}.example/`,
    }),
    mail(now - 4 * MINUTE, 'Z̸̡͍̮a̷̢̛̱l̵̛̪g̷̦͆o̴̗͝', 'combining marks H̴̢̛̳̟e̸̡̛ ç̶̛ọ̸̢m̸̛̱e̶̢s̸', '&lt;p&gt; ]]> {{7*7}} ${7*7}', {
      link: 'https://аррӏе.com/login',
    }),
    mail(now - 5 * MINUTE, '', '', '', { from: { name: null, address: '"><svg/onload=x>@evil.example' } }),
  ]);
}

function step(
  name: TestStep['name'],
  state: TestStep['state'],
  detail: Said,
  more: Partial<TestStep> = {},
): TestStep {
  return {
    name,
    state,
    detail,
    hint: null,
    millis: 18,
    fingerprint: null,
    changed: false,
    nodes: [],
    ...more,
  };
}

function check(about: Check['about'], state: Check['state'], detail: Said, more: Partial<Check> = {}): Check {
  return { about, account: null, state, detail, hint: null, ...more };
}

/** As the engine tells it: names are taken out. */
const someLog = `2026-11-24T09:12:01.052371Z  INFO mailwren_engine::xmpp::session::dialing: logged in account=account-1 target=host-1:5223 mechanism=SCRAM-SHA-256
2026-11-24T09:12:03.117250Z  INFO mailwren_engine::xmpp::session::dialing: no connection account=account-2 trouble=the server doesn’t accept this address and password
2026-11-24T09:22:40.730019Z  INFO mailwren_engine::xmpp::session::incoming: an event was dropped: nobody entitled sent it account=account-3
<img src=x onerror=alert(1)>
`;

const goodChecks: Check[] = [
  check('system', 'passed', 'Debian GNU/Linux 13 (trixie) (x86_64), XFCE, WebKitGTK 2.50.1, mailwren'),
  check('engine', 'passed', said('doctor-engine-on')),
  check('config', 'passed', '/home/lena/.config/mailwren/config.toml'),
  check('store', 'passed', said('doctor-store-good')),
  check('keyring', 'passed', said('doctor-keyring-good')),
  check('bus', 'passed', said('doctor-bus-good')),
  check('notifications', 'passed', 'dunst 1.9.0'),
  check('tray', 'passed', said('doctor-tray-good')),
  ...[home, work, choir].flatMap(({ jid }) => [
    check('subscriptions', 'passed', said('nodes-count', { n: 3 }), { account: jid }),
    check('push', 'passed', said('proof-one', { ago: said('span-seconds', { n: 40 }) }), { account: jid }),
  ]),
];

const troubledChecks: Check[] = goodChecks.map((good) => {
  if (good.about === 'notifications') {
    const hint = said('doctor-daemon-do');
    return check('notifications', 'failed', said('doctor-daemon-absent'), { hint });
  }
  if (good.account === choir.jid && good.about === 'subscriptions') {
    const what = said('node-forbidden');
    return {
      ...good,
      state: 'failed',
      detail: said('proof-named', { label: 'mail/alto/INBOX', what }),
      hint: said('doctor-nodes-do'),
    };
  }
  return good;
});

const goodTest: TestStep[] = [
  step('dns', 'passed', 'xmpp.birds.example:5223'),
  step('tls', 'passed', said('found-tls', { target: 'xmpp.birds.example:5223', version: '1.3' }), {
    millis: 41,
  }),
  step('login', 'passed', 'SCRAM-SHA-256', { millis: 63 }),
  step('services', 'warned', said('found-no-pep', { services: 'pubsub.birds.example' }), {
    millis: 112,
    hint: said('found-no-service-do'),
  }),
  step('nodes', 'passed', said('nodes-count', { n: 3 }), {
    millis: 2100,
    nodes: [
      { service: 'pubsub.birds.example', node: 'mail/lena/INBOX' },
      { service: 'pubsub.birds.example', node: 'mail/lena/Familie' },
      { service: 'pubsub.birds.example', node: 'mail/lena/Lists' },
    ],
  }),
];

/** What goes well, as far as the account goes. */
function testOf({ jid, xmpp, imap }: Account): TestStep[] {
  if (imap === null) return goodTest;
  const { host, port = 993, user = jid } = imap;
  const folders = ['INBOX', 'Archive', 'Familie', 'Rechnungen', 'Rechnungen/2026', 'Trash'];
  const nodes = folders.map((node) => ({ service: host, node }));
  if (xmpp)
    return [...goodTest, step('mailbox', 'passed', said('folders-count', { n: 6 }), { millis: 240, nodes })];
  return [
    step('tls', 'passed', `${host}:${port}: TLS`, { millis: 44 }),
    step('login', 'passed', user, { millis: 71 }),
    step('nodes', 'passed', said('folders-count', { n: 6 }), { millis: 30, nodes }),
  ];
}

/** A mail server whose certificate nobody vouches for. */
function untrustedMailbox(tried: Account): TestStep[] {
  const [, asking] = untrustedTest;
  return [
    ...(tried.xmpp ? goodTest : []),
    ...(asking ? [{ ...asking, name: tried.xmpp ? 'mailbox' : 'tls' } as const] : []),
  ];
}

const untrustedTest: TestStep[] = [
  step('dns', 'passed', 'home.example:5222'),
  step(
    'tls',
    'failed',
    said('trouble-certificate', { target: 'home.example:5222', why: said('certificate-own') }),
    {
      millis: 38,
      hint: said('trouble-certificate-do'),
      fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  ),
];

const refusedTest: TestStep[] = [
  ...goodTest.slice(0, 2),
  step('login', 'failed', said('trouble-not-authorized'), {
    millis: 71,
    hint: said('trouble-password-do'),
  }),
];
