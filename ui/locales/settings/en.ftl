## Settings

window-settings = Mailwren settings
back = Back
cancel = Cancel
save = Save
test = Test
testing = Testing …
account-add = Add account
account-added = Account added
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
pin-drop = No longer trust this certificate
listen-to = Listens to
field-pep = Own mail node of this account (PEP)
node-service = Service of node { $n }
node-node = Name of node { $n }
node-drop = Remove node { $n }
node-add = Add a node
field-notifiers = Addresses whose messages count as mail, one a line (Sieve notify)
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
preference-changed = Changed

## Settings: diagnosis

problems = What is wrong
checks = Connections
checks-do = Check now
report = Report
report-says = For whoever helps you. It names accounts and servers; passwords and mail aren’t in it.
report-copy = Copy
report-copied = Report copied
report-selected = The report is selected: copy it with Ctrl C
log = The end of the log
log-none = Nothing has been logged
log-lines =
    { $n ->
        [one] Copied with it: the last line of the log
       *[other] Copied with it: the last { $n } lines of the log
    }
log-says = Addresses, servers, people and the home folder have other names here. Names of mail folders and rules, and what servers said, stay as they are.

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

## Settings: the order of accounts and rules

move = Move { $name }, now at place { $n }
move-says = Move: drag, or Alt and arrows
move-first = To the top
move-up = Up
move-down = Down
move-last = To the end
moved = Moved to place { $n }

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

check-engine = Mailwren
check-config = Configuration
check-store = Store
check-keyring = Keyring
check-bus = Session bus
check-tray = Tray
check-subscriptions = Subscriptions
check-push = Push
