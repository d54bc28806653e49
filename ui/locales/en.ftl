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
standing-detached = Waiting for Mailwren
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
why-more = All of it in Diagnosis
retry = Try now

## Feed: header

feed-title = Mail that arrived
search = Search
search-label = Search mail
filter-off = Filter
filter-on = Filter: on
filter-unread = Unread only
filter-folders-all = All folders
pause-label = Pause notifications
pause-hour = For an hour
pause-tomorrow = Until 7 in the morning
pause-open = Until I resume
pause-resume = Resume
paused-open = Notifications are paused
paused-until = Notifications are paused until { $time }
menu = Menu
menu-all-read = Mark all read
menu-shown-read = Mark what is shown read
menu-settings = Settings
menu-keys = Keyboard
close = Close
accounts = Accounts
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
select = Select
unselect = Unselect
select-none = Unselect all
selected =
    { $n ->
        [0] Nothing selected
        [one] One selected
       *[other] { $n } selected
    }
only-from = Search { $who }
only-in = Only { $box }
row-menu = What to do with it
away = While you were away: { $n } mails
away-who-more = { $names } and { $n } more
row-unread = Unread
row-gone = Read, moved or deleted elsewhere
row-replaced = Replaced by a newer one
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
said-arrived =
    { $n ->
        [one] New mail from { $latest }
       *[other] { $n } new mails, latest from { $latest }
    }

## Feed: nothing to show

failed-title = The mail can’t be read
failed-again = Try again
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
keyring-note = The password goes to the desktop’s keyring, nowhere else.

## Feed: bar at the bottom

bar = Last action
bar-one-read = Marked “{ $what }” read
bar-one-unread = Marked “{ $what }” unread
bar-marked-read = Marked { $n } read
bar-marked-unread = Marked { $n } unread
bar-nothing-unread = Nothing was unread
bar-no-link = This event has no link to open
bar-row-away = That mail isn’t stored any more
undo = Undo
dismiss = Close

## Keyboard

keys-title = Keyboard
key-move = Next, previous
key-open = Open the link
key-read = Read, unread
key-select = Select
key-extend = Select on
key-select-all = Select all
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
key-escape = Clear the search, then close
close-box = Close

## Settings

settings = Settings
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

## Settings: account form

field-jid = XMPP address
pins = Trusted certificates
mailbox = Mailbox (IMAP)
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

## Settings: general

theme = Appearance

## Settings: diagnosis

diagnosis = Diagnosis

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

group = Many at once

## Checks: settings and `mailwrenctl doctor`

problem-dismiss = Got it
