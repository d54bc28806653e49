## Times

time-now = now
time-minutes = { $n } min
time-stored = Stored { $stored }
time-sent-stored = Sent { $sent }, stored { $stored }
day-today = Today
day-yesterday = Yesterday
span-seconds = { $n } s
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } d
millis = { $n } ms

## How the accounts stand

link-connected = connected
link-connecting = connecting
link-offline = offline
link-error = needs you
link-disabled = switched off
link-partly = partly connected
standing-none = No account is switched on
standing-connected =
    { $n ->
        [one] Connected
       *[other] All { $n } connected
    }
standing-partly = { $up } of { $n } connected
standing-error = Stopped
standing-offline = Offline
standing-connecting = Connecting
proof-none = not proven yet
proof-none-of = { $label } not proven yet
proof-one = push proven { $ago } ago
proof-both = { $push }, mail server reached { $ago } ago
proof-all = push of each proven within { $ago }
proof-mailbox = mailbox reached { $ago } ago
proof-all-mailboxes = each mailbox reached within { $ago }
proof-all-mixed = each proven or reached within { $ago }
proof-named = { $label }: { $what }
await-person = stopped until you look
await-try = next try in { $left }
await-trying = trying now
why = Why?
proof-each = Details
why-more = All of it in Diagnosis
retry = Try now

## In both windows

paused-open = Notifications are paused
paused-until = Notifications are paused until { $time }
accounts = Accounts
row-no-sender = Unknown sender
row-no-subject = No subject
row-changed = { $box } changed
row-changed-only = The server tells no more than that
row-unseen =
    { $n ->
        [0] Nothing unseen in it
        [one] One unseen in it
       *[other] { $n } unseen in it
    }
row-item-gone = Something left { $box }
row-cleared = { $box } was emptied
row-closed = { $box } sends no more events
failed-again = Try again
keyring-note = The password goes to the desktop’s keyring, nowhere else.
bar = Last action
undo = Undo
dismiss = Close
comma = { ", " }
semicolon = { "; " }
colon = { ": " }
nodes-count =
    { $n ->
        [one] One node
       *[other] { $n } nodes
    }
folders-count =
    { $n ->
        [one] One folder
       *[other] { $n } folders
    }
node-unknown = not asked yet
node-pending = waits for its owner’s approval
node-refused = refused
node-closed = closed
field-jid = XMPP address
fault-jid-empty = Enter an address such as you@example.org.
fault-jid-resource = Leave out the part after the slash.
fault-jid-form = An address looks like you@example.org.
fault-jid-taken = This account exists already.
fault-port = A port is a number from 1 to 65535.
fault-host = A port needs a host.
fault-subscription = A node needs both its service and its name.
fault-notifiers = One address a line, without blanks.
fault-imap-host = Enter the mail server, such as imap.example.org.
fault-imap-folders = At least one folder, and each but once.

## Feed: header

feed-title = Mail that arrived
search = Search
search-label = Search mail
search-clear = Clear the search
filter-off = Filter
filter-on = Filter: on
filter-unread = Unread only
filter-folders-all = All folders
pause-label = Pause notifications
pause-hour = For an hour
pause-tomorrow = Until 7 in the morning
pause-open = Until I resume
pause-resume = Resume
menu = Menu
menu-all-read = Mark all read
menu-shown-read = Mark what is shown read
menu-settings = Settings
menu-keys = Keyboard
close = Close
tab-all = All
unread-count = { $n } unread
arrivals-caption = 24 h
arrivals-total =
    { $n ->
        [0] No mail in the last 24 hours
        [one] One mail in the last 24 hours
       *[other] { $n } mails in the last 24 hours
    }
arrivals-hour = Hour from
arrivals-mails = Mails

## Feed: list

mail = Mail
fresh = { $n } new
loading = Loading
loading-older = Older mail …
mark-read = Mark read
mark-unread = Mark unread
open-at = Open at { $host }
open-in = Open in { $program }
open-mid = Open in the mail program
mail-program = Mail program
select = Select
unselect = Unselect
select-all = Select all
select-none = Unselect all
selected =
    { $n ->
        [0] Nothing selected
        [one] One selected
       *[other] { $n } selected
    }
selected-more = { $n } selected, more aren’t loaded
selected-most = { $n } selected, no more at once
only-from = Search { $who }
only-in = Only { $box }
row-menu = What to do with it
away = While you were away: { $n } mails
away-who-more = { $names } and { $n } more
row-unread = Unread
row-gone = Read, moved or deleted elsewhere
row-replaced = Replaced by a newer one
said-arrived =
    { $n ->
        [one] New mail from { $latest }
       *[other] { $n } new mails, latest from { $latest }
    }
said-found =
    { $n ->
        [0] Nothing found
        [one] One mail found
       *[other] { $n } mails found
    }
said-found-more = More than { $n } mails found

## Feed: nothing to show

failed-title = The mail can’t be read
none-found = Nothing found for { $text }
none-found-how = Each word must begin a word of the sender, subject, text or folder.
none-search-all = Search all mail
none-unread = Nothing unread
none-here = Nothing here
none-show-all = Show all mail
none-yet = No mail yet
none-yet-listening = Mailwren is listening. What arrives from now on shows up here.
none-yet-connecting = It will show up here once an account is connected.

## Feed: first run

first-title = Know when mail arrives.
first-title-2 = Nothing else to keep open.
first-lead = Sign in with XMPP, or with your mailbox alone. Mailwren finds the rest.
first-go = Continue
first-hint = An account of its own, apart from the one you chat with, is best.
first-mailbox = I have only a mailbox (IMAP)
first-demo = No account yet? The demo plays a server and mail on this computer.
first-demo-do = Try the demo
first-demo-started = The demo starts in a window of its own.

## Feed: bar at the bottom

bar-one-read = Marked “{ $what }” read
bar-one-unread = Marked “{ $what }” unread
bar-marked-read = Marked { $n } read
bar-marked-unread = Marked { $n } unread
bar-all-read-ask = More than { $n } are unread: marking them can’t be undone
bar-nothing-unread = Nothing was unread
bar-no-link = This event has no link to open
bar-row-away = That mail isn’t stored any more

## Feed: keyboard

keys-title = Keyboard
key-move = Next, previous
key-open = Open the link
key-read = Read, unread
key-select = Select
key-extend = Select on
key-unfold = Unfold, fold a group
key-menu = What to do with it
key-undo = Undo
key-search = Search
key-filter = Filter
key-unread = Unread only
key-account = One account
key-all = All accounts
key-top = To the newest
key-end = To the oldest shown
key-pause = Pause, resume
key-settings = Settings
key-zoom = Larger, smaller
key-zoom-none = Usual size
key-escape = Clear the search, then close
cap-ctrl = Ctrl
cap-shift = Shift
cap-enter = Enter
cap-delete = Del
cap-escape = Esc
close-box = Close

## Settings

move = Move { $name }, now at place { $n }
move-says = Move: drag, or Alt and arrows
move-first = To the top
move-up = Up
move-down = Down
move-last = To the end
moved = Moved to place { $n }
settings = Settings
window-settings = Mailwren settings
back = Back
cancel = Cancel
save = Save
test = Test
testing = Testing …
account-add = Add account
account-added = Account added
account-off = { $label } is switched off
account-on = { $label } is switched on
account-changed = { $label } is changed
account-edit = Edit { $label }
account-remove = Remove { $label }
account-enabled = Connect { $label }
node-subscribed = subscribed
folder-watched = watched
strangers =
    { $n ->
        [one] One event was dropped because its sender isn’t subscribed to.
       *[other] { $n } events were dropped because their senders aren’t subscribed to.
    }

## Settings: account form

form-new = New account
form-edit = Edit account
form-first = Mailwren listens on XMPP. An account of its own, apart from the one you chat with, is best.
form-kind = How mail is heard of
kind-xmpp = With XMPP
kind-mailbox = Mailbox only (IMAP)
form-mailbox = Mailwren watches the mailbox itself, by IMAP. It takes nothing else.
field-address = Mail address
field-password = Password
password-kept = As stored
password-elsewhere = From the command or file in the configuration
advanced = Advanced
field-name = Short name
field-security = Encryption
security-auto = As the server offers
security-direct = TLS from the start
security-starttls = STARTTLS
field-host = Host
field-port = Port
host-auto = Asked from DNS
field-ca = File of a further certificate authority (PEM)
pins = Trusted certificates
pin-drop = No longer trust this certificate
listen-to = Listens to
field-pep = Own mail node of this account (PEP)
node-service = Service of node { $n }
node-node = Name of node { $n }
node-drop = Remove node { $n }
node-add = Add a node
field-notifiers = Addresses whose messages count as mail, one a line (Sieve notify)
mailbox = Mailbox (IMAP)
mailbox-says = An event that only says “changed” becomes who wrote and about what; archiving and deleting take no bridge.
field-imap-host = Mail server
field-imap-user = User, if not the address
field-imap-password = Mailbox password
field-imap-folders = Watched folders, one a line

## Settings: test

test-label = Test
test-passed = All of it works.
step-dns = DNS
step-tls = TLS
step-login = Login
step-services = Services
step-nodes = Nodes
step-folders = Folders
step-mailbox = Mailbox
step-todo = to come
step-running = in progress
step-passed = done
step-warned = done, with a warning
step-failed = failed
nodes-choose = Nodes to listen to
folders-choose = Folders to watch
trust-says = Nobody vouches for this certificate. Trust it only if its fingerprint is the one that the server’s operator tells you:
trust-do = Trust this certificate

## Settings: remove

remove-title = Remove { $jid }?
remove-says = Mailwren stops listening for it. Nothing changes on the server.
remove-says-keyring = Mailwren stops listening for it, and its password leaves the keyring. Nothing changes on the server.
remove-forget = Also remove its stored events
remove-forget-yes = They can’t be brought back.
remove-forget-no = They stay in the feed and can be searched.
remove-do = Remove

## Settings: about

about-what = Tells you the moment mail arrives, by XMPP or from the mailbox itself.
about-license = Free software, under the MIT or Apache 2.0 licence, as you prefer.

## Settings: general

general = General
start = Start at login
start-says = In the tray of this desktop, for this person.
start-hidden = Without a window
start-hidden-says = Off, the feed opens at login.
language = Language
language-says = Of windows, tray, notifications and commands.
language-system = As the desktop
theme = Appearance
theme-says = High contrast and forced colours follow the desktop in any case.
theme-system = As the desktop
theme-light = Light
theme-dark = Dark
rows = Rows
rows-says = Compact rows show sender, subject and time in one line.
rows-full = Full
rows-compact = Compact
letters = Single letters are commands
letters-says = Off, only arrows, Enter, Esc and chords with Ctrl work in the feed.
keep = Keep mail in the feed
keep-says = What is older leaves the feed on this computer. Nothing changes on the server.
keep-for = for
keep-days = days
keep-title =
    { $n ->
        [one] Keep mail for one day only?
       *[other] Keep mail for { $n } days only?
    }
keep-gone = What is older leaves the feed at once, and can’t be brought back.
keep-do = Keep it so long
exchange = Settings as a file
exchange-says = Without passwords. A file may name commands to run: import only what you trust.
export = Export
import = Import …
exported = Written to { $path }
imported = Imported; the settings from before are kept beside them
import-large = That file is too large for settings.
preference-changed = { $what }: changed

## Settings: diagnosis

log = The end of the log
log-none = Nothing has been logged
log-lines =
    { $n ->
        [one] Copied with it: the last line of the log
       *[other] Copied with it: the last { $n } lines of the log
    }
log-says = Addresses, servers, people and the home folder have other names here. Names of mail folders and rules, and what servers said, stay as they are.
diagnosis = Diagnosis
problems = What is wrong
checks = Connections
checks-do = Check now
report = Report
report-says = For whoever helps you. It names accounts and servers; passwords and mail aren’t in it.
report-copy = Copy
report-copied = Report copied
report-selected = The report is selected: copy it with Ctrl C

## Putting off, muting, and why

archive = Archive
delete = Delete
junk = Junk
row-moved = Archived, deleted or moved to junk
bar-archived =
    { $n ->
        [one] Archived
       *[other] { $n } archived
    }
bar-deleted =
    { $n ->
        [one] Moved to the trash
       *[other] { $n } moved to the trash
    }
bar-junked =
    { $n ->
        [one] Moved to junk
       *[other] { $n } moved to junk
    }
bar-no-bridge = Nothing reaches that mailbox from here: it takes IMAP access, in Accounts or by a bridge
snooze = Put off
mute = Mute { $who }
mute-label = No notifications of this sender
mute-evening = Until this evening
mute-tomorrow = Until tomorrow morning
mute-good = For good
later-hour = For an hour
later-evening = Until this evening
later-tomorrow = Until tomorrow morning
later-monday = Until Monday
later-never = Don’t put it off
row-later = put off until { $time }
bar-snoozed =
    { $n ->
        [one] Put off
       *[other] Put { $n } off
    }
bar-unsnoozed =
    { $n ->
        [one] Not put off any more
       *[other] { $n } not put off any more
    }
bar-muted = No more notifications of { $who }
key-mute = Mute the sender
key-explain = Why it was told so
hush-quiet = Quiet hours until { $time }
hush-dnd = The desktop isn’t to be disturbed
reason = { $outcome }: { $cause }
reason-sender = { $outcome }: { $cause }; by a rule, with the sender only
reason-count = { $outcome }: { $cause }; by a rule, only that it came
reason-unknown = It isn’t known any more how this was told
outcome-notify = Told by a notification
outcome-silent = No notification
outcome-suppress = Neither told nor counted
outcome-group = Told together with others
cause-usual = as usual
cause-rule = rule { $rule }
cause-vip = VIP by rule { $rule }
cause-paused = paused
cause-paused-until = paused until { $time }
cause-quiet = quiet hours until { $time }
cause-dnd = the desktop wasn’t to be disturbed
cause-first = it was there when this mailbox was first seen
cause-headless = it came while no desktop was there
cause-before = it had been told before
cause-burst = many came at once
cause-away = it came while you were away
cause-after = it came during quiet
cause-snoozed = it was put off

## Settings: notifications

notifications = Notifications
privacy = What a notification shows
privacy-full = Everything
privacy-sender = Sender only
privacy-count = Only that it came
privacy-usual = As usual
sample-sender = Miriam Kern
sample-subject = Keys on Thursday, half past five
sample-count = 1 new mail
sample-send = Send me one now
sample-try = Try a notification
sample-sent = A notification is shown now.
sample-withheld = None is shown now: { $why }.
locked = While the screen is locked
locked-says = At most so much, where the desktop tells that it is locked.
sound = Sound
sound-says = Silent in quiet hours, while paused and when the desktop isn’t to be disturbed.
dnd = Heed the desktop’s do-not-disturb
dnd-says = Notifications wait until it is over; then one tells what came.
group = Many at once
group-says = When more come than this, one notification takes their place.
group-above = more than
group-within = within
group-seconds = seconds
count-fault = A number from 1 to { $most }.
quiet = Quiet hours
quiet-says = In local time. VIPs still come through. At the end one notification tells what came.
week = Quiet hours of the week, an hour a cell
week-says = Drag over hours, or move with the arrows and press Space. Shift and arrows take several.
cell-quiet = { $day } { $time }, quiet
cell-partly = { $day } { $time }, partly quiet
cell-loud = { $day } { $time }, not quiet
area-day = { $day }, { $from } to { $to }
area-days = { $first } to { $last }, each { $from } to { $to }
quiet-copy = Every day like { $day }
quiet-clear = Clear
quiet-none = No quiet hours.
quiet-sum =
    { $n ->
        [one] { $n } hour a week.
       *[other] { $n } hours a week.
    }
quiet-add = Add quiet hours
quiet-drop = Remove these quiet hours
quiet-days = Days on which they begin
quiet-from = from
quiet-to = to
quiet-fault = A time looks like 22:00.

## Settings: rules

rules = Rules
rules-says = Looked at from the top: the first that matches decides.
rules-none = No rules: every new mail is told.
rule-add = Add rule
rule-new = New rule
rule-edit = Edit rule
rule-name = Name
rule-sender = Sender
rule-subject = Subject
rule-folder = Folder
rule-account = Account
rule-says = One pattern a line. * stands for any text, ? for one character; between slashes it is a regular expression. What is empty matches everything.
rule-then = Notification
rule-privacy = What it shows
rule-hook = Command to run
rule-hook-says = The program and its arguments, one a line; no shell. It is given the mail as JSON.
rule-ends = Ends: { $time }
rule-idle = It does nothing yet: choose a notification, what it shows, or a command.
then-none = Left to the other rules
then-silent = None, but counted
then-suppress = Neither told nor counted
then-vip = Also during quiet
then-notify = As usual
rule-matches =
    { $n ->
        [0] Matches none of the last { $of } mails
       *[other] Matches { $n } of the last { $of } mails
    }
rule-every = Every mail
rule-until = until { $time }
rule-number = Rule { $n }
rule-enabled = Heed { $name }
rule-broken = Not heeded: line { $line } of the configuration
rule-remove-says = It is broken as it is written, so it can’t be put back afterwards.
rule-added = Rule added
rule-changed = Rule changed
rule-removed = Rule removed

## Checks: settings and `mailwrenctl doctor`

check-system = This computer
check-engine = Mailwren
check-config = Configuration
check-store = Store
check-keyring = Keyring
check-bus = Session bus
check-tray = Tray
check-subscriptions = Subscriptions
check-push = Push
problem-dismiss = Got it
