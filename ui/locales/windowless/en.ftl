## Notifications and tray

mails-new =
    { $n ->
        [0] mailboxes changed
        [one] 1 new mail
       *[other] { $n } new mails
    }
names-between = { ", " }
popup-new = New mail
popup-mailbox = Mailbox
popup-away = While you were away: { $mails }
popup-pause = During the pause: { $mails }
popup-quiet = During quiet hours: { $mails }
popup-dnd = While you weren’t disturbed: { $mails }
popup-snoozed = Put off until now: { $mails }
popup-muted = Muted: { $who }
popup-muted-somebody = Sender muted
popup-muted-says = New mail from there still counts as unread; it raises no notification.
popup-not-read = Not marked read
popup-not-unread = Not marked unread
popup-archived = Archived
popup-deleted = Moved to the trash
popup-junk = Moved to junk
popup-not-archived = Not archived
popup-not-deleted = Not deleted
popup-not-junk = Not moved to junk
popup-undone = { $what }: { $of }
popup-mails =
    { $n ->
        [one] 1 mail
       *[other] { $n } mails
    }
popup-open = Open
popup-snooze = Put off 1 h
popup-mute = Mute sender
tray-title =
    { $n ->
        [0] Mailwren: nothing unread
       *[other] Mailwren: { $n } unread
    }
tray-none = No account is set up
tray-more = and { $n } more
tray-account = { $label }: { $state }
tray-account-unread = { $label }: { $n } unread, { $state }
tray-offline = { $state }, { $next }
tray-proof = push proven at { $time }
tray-proof-mailbox = mailbox reached at { $time }
tray-proof-both = { $push }, mail server reached at { $time }
tray-next-try = next try at { $time }
tray-changed = { $what } ({ $account })
tray-open = Open Mailwren
tray-pause = Pause
tray-resume-until = Resume (paused until { $time })
tray-quit = Quit
tray-time = { $day }, { $time }
weekday =
    { $n ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }

## Checks: settings and `mailwrenctl doctor`

doctor-failed =
    { $n ->
        [one] One check failed; what to do stands with it.
       *[other] { $n } checks failed; what to do stands with each.
    }

## Errors of `mailwrenctl`

cli-not-yet = { $jid } doesn’t work yet
cli-compare = Compare the fingerprint with the server’s owner; `mailwrenctl account test` on a terminal can then pin it.
cli-no-password = no password was given
cli-no-further = { $jid } can’t be looked into any further
cli-there = { $path } is there already
cli-there-do = Choose another name, or remove it.
cli-ended = the engine has ended
cli-not-all = not every account could be asked
cli-timeout = the time given by --timeout is over
cli-runtime = the runtime can’t start: { $why }
cli-output = can’t write to standard output: { $why }
cli-input = can’t read the answer: { $why }
cli-signals = can’t listen for signals: { $why }
cli-path = the path must be UTF-8
cli-demo = the demo can’t start: { $why }
cli-bridge-do = docs/bridge.md shows a configuration.
cli-not-understood =
    { $n ->
        [one] one input could not be understood
       *[other] { $n } inputs could not be understood
    }
cli-stdin = standard input
cli-not-json = standard input isn’t JSON: { $why }
cli-not-event = that isn’t an event: { $why }
cli-no-input = no event on standard input
cli-no-input-do = Give one as `mailwrenctl decode` or `mailwrenctl watch --json` prints it.
cli-publish-later = the mail is told later: sending can’t be started: { $why }
cli-publish-cut = the message can’t be read to its end: { $why }
resident-unshown = Mailwren runs already, but can’t show its feed: { $why }
resident-ended = the engine ended by itself; its log tells more
resident-no-windows = There are no windows: the program that has them, `mailwren-window`, isn't installed. It comes with the desktop app, `mailwren`. Tray and notifications work.
app-no-display = there is no display (neither WAYLAND_DISPLAY nor DISPLAY is set); `mailwrenctl watch` works without one

cli-when = say hour, evening, tomorrow, monday, or a time such as 2030-01-31T08:00:00Z
cli-port = a port is a number from 1 to 65535
usage-argument = there is no argument { $argument }
usage-command = there is no command { $command }
usage-no-command = a command is missing
usage-missing = missing: { $arguments }
usage-conflict = { $argument } can’t be given together with { $other }
usage-twice = { $argument } can’t be given more than once
usage-value = “{ $value }” is no value for { $argument }
usage-no-value = { $argument } needs a value
usage-surplus = “{ $value }” is one value too many for { $argument }
usage-values = { $argument } takes { $n } values, not { $given }
usage-utf8 = an argument isn’t UTF-8
usage-number-do = It takes a whole number.
usage-time-do = A time looks like 2030-01-31T08:00:00Z.
usage-address-do = An address looks like me@example.org, that of a service like pubsub.example.org.
usage-meant-do = Did you mean { $meant }?
usage-values-do = One of: { $values }
usage-line = Usage: { $usage }
usage-help-do = `--help` tells more.

## What `mailwrenctl` tells

cli-yes = yes
cli-no = no
cli-passed = ok
cli-failed = FAILED
cli-not-running = Mailwren isn’t running; this is what it stored last.
cli-account-proven = { $account }, { $proof }
cli-unproven = push not proven yet
cli-password = Password of { $of }:
cli-password-mailbox = Password of the mailbox of { $of }:
cli-account-added = { $jid } is set up. Try it with `mailwrenctl account test { $jid }`.
cli-removed = { $jid } was removed.
cli-pin-compare = Compare the fingerprint with the server’s owner by another way than this connection.
cli-pin-ask = Pin this certificate, and trust no other from now on? Type { $yes }:
cli-pinned = Pinned. Try it again with `mailwrenctl account test { $jid }`.
cli-exported = written to { $path }; passwords aren’t in it
cli-imported = imported
cli-imported-kept = imported; what was set before is in { $path }
cli-paused = paused until `mailwrenctl resume`
cli-changed = { $n } changed
cli-taken-back = { $n } taken back
cli-muted = { $n } muted
cli-rules-removed =
    { $n ->
        [one] one rule removed
       *[other] { $n } rules removed
    }
cli-row-changed = changed
cli-row-token = changed (token { $token })
cli-row-gone = gone: { $item }
cli-row-emptied = emptied
cli-gone-since = gone since { $time }
cli-no-reason = it is never told by a popup, or was stored by an earlier version
cli-no-match = no rule matches
cli-rule-line = line { $n }
cli-rule-or = { " or " }
cli-rule-broken = broken, and not heeded: { $why }
cli-sent = { $n } sent.
cli-still-waiting = { $sent } sent, { $left } still waiting
cli-tried =
    { $n ->
        [one] Tried once, next at { $time }.
       *[other] Tried { $n } times, next at { $time }.
    }
cli-outbox-gone = a mail that is unread no longer
cli-unheard = Mailwren doesn’t listen to it
cli-subscribed-by = by { $jid }
cli-standing-unknown = unknown
cli-standing-unconfigured = wants options to be chosen
cli-standing-none = not subscribed
cli-found-endpoint = endpoint
cli-found-rank = priority { $priority }, weight { $weight }
cli-found-trusted = { $version }, certificate trusted
cli-found-pinned = { $version }, certificate pinned
cli-found-mechanisms = mechanisms
cli-found-bindings = bindings
cli-found-none = none listed
cli-found-service = service
cli-found-node = node
cli-found-access = access { $access }
cli-found-kind = events as { $kind }
cli-found-unreadable = not readable
cli-bridge-listens = Listening on { $listen }.
cli-bridge-good = In order: { $what }.
cli-bridge-good-listening = In order: { $what }, listening on { $listen }.
cli-bridge-mailboxes =
    { $n ->
        [one] 1 mailbox
       *[other] { $n } mailboxes
    }
cli-bridge-provider = { $mailboxes } by name, and those of a provider, published by { $publisher }
demo-capture = MobileMe says that the Inbox changed, as it did in 2008
demo-writes = { $who } writes: { $what }
demo-read = The mail of { $who } is read on the phone
demo-atom = The choir’s list publishes an Atom entry
demo-dovecot = Dovecot’s push notification, in JSON
