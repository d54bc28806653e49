## On the way in: what is wrong, and what to do

trouble-host-unknown = { $host } can’t be found
trouble-host-do = Check the part of the address behind the @, or give the server’s host and port.
trouble-not-offered = { $domain } offers no XMPP
trouble-dns = DNS gave no answer for { $host }: { $why }
trouble-tcp = no connection to { $target }: { $why }
trouble-network-do = Check the network, and the host and port if they were given.
trouble-certificate = the certificate of { $target } isn’t trusted: { $why }
trouble-certificate-do = If you know this server, compare the fingerprint with its owner and pin it; else don’t connect.
trouble-pin = { $target } shows another certificate than the pinned one
trouble-pin-do = Ask the server’s owner whether the certificate was changed. If it was, pin the new one; if not, somebody is listening in.
trouble-handshake = no TLS with { $target }: { $why }
trouble-port-do = Check the port: direct TLS is mostly 5223, STARTTLS 5222.
trouble-no-tls = { $target } offers no encryption
trouble-no-tls-do = Mailwren never logs in without encryption. Try direct TLS (port 5223).
trouble-downgrade = the server offers { $offered } now, where it did { $known } before
trouble-downgrade-none = the server offers nothing that fits now, where it did { $known } before
trouble-changed-do = Somebody may be listening in. If the server’s owner says that it was changed, save the account again, with its password.
trouble-no-mechanism = the server offers no way to log in that Mailwren knows ({ $offered })
trouble-scram-do = Ask the server’s owner to offer SCRAM.
trouble-signature = the server couldn’t prove that it knows this account: something else may answer in its place
trouble-not-authorized = the server doesn’t accept this address and password
trouble-password-do = Check the address and the password.
trouble-disabled = the account is disabled
trouble-expired = the password has expired
trouble-disabled-do = Ask the server’s owner, or renew the password with them.
trouble-auth-temporary = the server can’t check passwords at present
trouble-auth-weak = the server wants another way to log in
trouble-auth = the server refused the login
trouble-owner-do = Ask the server’s owner.
trouble-with-words = { $what } ({ $words })
trouble-stream = the server ended the stream: { $condition }
trouble-lost = the connection was lost: { $why }
trouble-protocol = the server doesn’t keep to the protocol: { $why }
trouble-slow = the server took too long
trouble-slow-tcp = the server took too long to answer
trouble-slow-tls = the server took too long (TLS)
trouble-slow-login = the server took too long to log in
trouble-limit = the server sent more than is safe to read: { $limit }
trouble-limit-do = It is left out; everything else is fetched item by item.
trouble-no-session = no session: { $why }
trouble-deaf = the server takes what is published but sends no events: a heartbeat didn’t come back
trouble-deaf-do = Until events come again, what the nodes hold is fetched with each heartbeat.
trouble-login-memory = how the account logged in before can’t be read: { $why }
trouble-mailbox = the mailbox of { $jid }: { $what }
trouble-account-do = Correct the account in the settings.
trouble-jid = { $jid } isn’t an XMPP address such as me@example.org
trouble-server-name = { $name } can’t be the name of a server
trouble-no-server = no server to connect to
trouble-fingerprint = { $text } isn’t a SHA-256 fingerprint: 64 hex digits, with or without colons
trouble-ca-file = the CA file { $path } can’t be read: { $why }
trouble-ca-empty = no certificate in it
trouble-ca-unusable =
    { $n ->
        [one] one certificate in { $path } can’t be used
       *[other] { $n } certificates in { $path } can’t be used
    }
trouble-no-authorities = this system has no usable certificate authorities ({ $why }); install ca-certificates
trouble-no-random = this system gives no random numbers: { $why }
scram-username = the user name has characters that can’t be used to log in
scram-password = the password is empty or has characters that can’t be used to log in
scram-malformed = the server’s SCRAM message is malformed: { $why }
scram-nonce = the server’s nonce doesn’t continue ours
scram-iterations = the server asks for { $n } iterations, which is outside of what is safe
scram-server = the server ended the exchange: { $why }
limit-bytes = larger than { $most } bytes
limit-depth = nested deeper than { $most } levels
limit-attribute = an attribute or a name longer than { $most } bytes
limit-elements = of more than { $most } elements
limit-attributes = of more than { $most } attributes
limit-line = a response of more than { $most } bytes
limit-data = a response with more than { $most } bytes of data
net-refused = nothing answers on this port
net-unreachable = the network doesn’t lead there
net-hung-up = the server hung up
net-closed = the server closed the stream
net-no-address = it has no address
tls-unspoken = no TLS is spoken on this port
tls-version = the server knows no version of TLS that is still safe
tls-name = this server has no certificate for the domain
tls-protocol = another service than XMPP answers on this port
tls-cipher = the server and this program have no encryption in common
certificate-unreadable = it can’t be read
certificate-expired = it expired on { $day }
certificate-early = it isn’t valid before { $day }
certificate-other = it is for { $names }, not for { $name }
certificate-nameless = it is for no host name, and so not for { $name }
certificate-revoked = it was revoked
certificate-own = it is signed by itself only
certificate-issuer = its issuer is unknown to this system ({ $issuer })
certificate-signature = its signature is wrong
iq-timeout = no answer came in time
iq-ended = the session ended before the answer came

## Services and nodes

node-server = The server
node-no-pep = The server has no PEP, so the account’s own node can’t be listened to.
node-no-answer = { $service } doesn’t answer.
node-missing = There is no such node.
node-forbidden = This account isn’t allowed to read it. Ask its owner.
node-contacts-only = Its owner admits only chosen contacts. Ask its owner.
node-unreached = { $service } can’t be reached, or is no pubsub service.
node-refused-why = { $service } refused: { $why }
node-no-address = { $service } isn’t an address.
node-no-service = not an address
node-unreadable = It can’t be read.
node-left-out =
    { $n ->
        [one] One item is too large or too deep to be read safely, and was left out.
       *[other] { $n } items are too large or too deep to be read safely, and were left out.
    }
node-to-fetch = What it held could not be fetched yet; trying again.
node-ended = The node was deleted, or its owner ended the subscription. Ask its owner, or remove it from the account.
node-no-folder = There is no such folder, or it can’t be opened.
node-open = Anybody may read this node, senders and subjects included.
node-presence = All contacts of its owner may read this node, senders and subjects included.
node-not-private = the node isn’t private, and the server doesn’t let it be made so
node-unverified = the node is somebody else’s, and its service doesn’t let it be made sure that it is private
node-to-approve = The owner has still to approve.
node-unconfigured = The node wants options to be chosen first: ask its owner.
node-to-subscribe = The service knows of no subscription; Mailwren makes one when it connects.
node-of-another = Another client’s own.
node-withheld = Its option `deliver` is off: no events come.
node-not-made = { $service } made no subscription.
node-own-account-do = Events of a pubsub service come only to a client that takes part in chat (priority 0): with an account of its own for mail, nobody’s messages end up there.
node-still-there = Mailwren no longer listens to it, but { $service } may still have the subscription: { $why }
gmail-trouble = The server’s mail can’t be asked for: { $why }.
gmail-no-mailbox = the answer holds no mailbox
gmail-unsafe = the answer is too large or too deep to be read safely
gmail-left-out = What was there is too large or too deep to be read safely, and was left out.

## What an account’s test finds

found-tls = { $target }: TLS { $version }, trusted certificate
found-tls-pinned = { $target }: TLS { $version }, pinned certificate
found-plain = PLAIN: the server gets to see the password
found-pep = personal eventing
found-pep-and = personal eventing, { $services }
found-no-pep = no personal eventing; { $services }
found-no-service = neither personal eventing nor a pubsub service
found-no-service-do = Name the service and node that your mail is published on.
found-no-node = no node yet
found-pending = { $nodes }, { $n } of them not yet approved by the owner
found-at-node = { $node } on { $service }: { $why }
found-missing-do = Check the node’s name, and whether its owner lets you read it.
found-exposed-do = Set its access model to `whitelist`, unless that is what you want.
found-no-folder = there is no folder { $names }
found-no-folder-do = Choose among those that are there.

## The mailbox, by IMAP

imap-no-login = the mail server offers no way to log in that fits (it offers: { $offered })
imap-unsayable = the user name or the password has characters that this mail server doesn’t take
imap-login-refused = the mail server refused the login: { $words }
imap-login-do = Check the user name and the password. Some providers want a password made for apps, or first have IMAP switched on.
imap-password-do = Enter the mailbox’s password in the settings.
imap-refused = the mail server refused { $what }: { $words }
imap-bye = the mail server ended the connection: { $words }
imap-lost = the connection to the mail server was lost: { $why }
imap-late = the mail server took too long ({ $what })
imap-limit = the mail server sent more than is safe to read: { $limit }
imap-protocol = the mail server doesn’t keep to the protocol: { $why }
imap-name = `{ $name }` can’t be the name of a folder
imap-no-folder = none of its folders is there: { $names }

## Passwords

vault-absent = no keyring is running ({ $why }): start one (gnome-keyring, KWallet or KeePassXC), or use a password file or command
vault-locked = the keyring is locked: unlock it and try again
vault-failed = the keyring failed: { $why }
vault-not-text = what it holds isn’t text
vault-ambiguous = it holds { $n } entries with service { $service } for this account: delete all but one
password-missing = the keyring holds no password for { $of }: enter it in the settings, or with `mailwrenctl account add`
password-file = password file { $path }
password-file-trouble = password file { $path }: { $why }
password-exposed = password file { $path } must belong to you and be closed to others: chown it, and chmod 600
password-command = password command `{ $program }`
password-no-command = an empty command
password-command-trouble = password command `{ $program }`: { $why }
password-command-failed = password command `{ $program }` ended with { $status }; what it said went to Mailwren’s own error output
password-command-late = password command `{ $program }` gave no answer within { $seconds } seconds
password-unusable = { $source } gave no password in its first line

## What is asked of Mailwren and can’t be done

api-closed = Mailwren’s engine has ended.
api-running = Mailwren is running already.
api-forbidden = This window may not do that.
api-command-window = A window can’t set commands or password files.
api-command-window-do = They stand in the configuration, where a window can keep or drop them: edit the file, or use mailwrenctl.
api-not-understood = the request could not be understood: { $why }
api-not-understood-do = Both programs should be of the same version.
api-internal = Mailwren itself failed at { $what }.
api-internal-do = Please report it.
api-headless = Mailwren runs without a desktop here, so it shows no notifications.
api-headless-do = Start the app `mailwren`.
api-no-account-do = `mailwrenctl account list` shows those that are configured.
api-no-subscription = There is no subscription to { $node } on { $service }.
api-no-subscription-do = `mailwrenctl subscription list` shows those that there are.
api-no-xmpp = { $jid } doesn’t use XMPP, so there is nothing to subscribe to
api-own-node = of the account’s own nodes only { $node } can be listened to
api-problem-stays = that goes once it is mended
api-pause-past = a pause must end in the future
api-snooze-when = a mail is put off until some time within a year
api-mute-past = muting must end in the future
api-mute-nobody = nobody knows who sent this
api-most-mails = at most { $most } mails at once
api-password-elsewhere = a password can only be kept in the keyring
act-no-mail = There is no mail any more to do that with.
act-no-undo = That can’t be taken back any more.
act-unreached = Nothing reaches the mailbox of { $account } at present.
act-unreached-do = It takes a bridge with IMAP access, or the mailbox in the account’s settings.
act-missing =
    { $n ->
        [one] The mail isn’t in its folder any more.
       *[other] { $n } mails aren’t in their folder any more.
    }
act-refused = The mail server refused it.
act-no-mailbox = The mailbox can’t be reached: { $why }.
act-again-do = Try again in a moment.
act-no-bridge = The bridge isn’t there at present.
act-no-bridge-do = Try again in a moment, or look after `mailwrenctl bridge`.
act-forbidden = The bridge lets others do that, and not this account.
act-bridge-refused = The bridge refuses: { $why }.
act-bridge-silent = The bridge didn’t answer in time.
act-bridge-lost = The connection was lost before the bridge answered.
popup-why = { $what } { $hint }
open-no-way = There is no way to this mail.
open-do = `open` in the account’s configuration says how its mails are opened.
open-unstarted = { $program } can’t be started: { $why }
open-kind = This link isn’t of a kind that Mailwren opens.
open-kind-do = It opens { $kinds }.
open-failed = The desktop couldn’t open the link: { $why }
open-failed-do = Is a browser or mail program set as default?
autostart-path = { $path } can’t be started by a desktop entry: its path holds a line break, or isn’t UTF-8
notifier-trouble = Notifications can’t be shown: { $why }.
notifier-trouble-do = Start the desktop’s notification daemon; the feed shows everything meanwhile.
notifier-failed = the notification daemon failed: { $why }
notifier-silent = the notification daemon didn’t answer

## Files and the configuration

file-trouble = { $path }: { $what }
store-newer = { $path } was written by a newer Mailwren (schema { $found }; this one knows up to { $known }): update Mailwren, or move that file away to start afresh
store-corrupt = { $path } can’t be used ({ $why }): check the disk
store-failed = event store: { $why }
store-closed = event store: closed
store-set-aside = The store of events was damaged and was set aside as { $path }; a new one was begun.
store-set-aside-do = What the server still holds is fetched again.
store-unwritable = What happens can’t be stored: { $why }
store-unwritable-do = Make room on the disk; Mailwren goes on by itself.
profile-homeless = no home folder is known: set HOME
profile-foreign = { $path } belongs to another user
start-socket = can’t listen at { $path }: { $why }
start-silent = another Mailwren holds this profile but doesn’t answer; end it and try again ({ $why })
outbox-trouble = outbox: { $why }
outbox-ended = The server ended the session
outbox-busy = Another process is sending
outbox-no-account = There is no account { $jid }, or it is disabled
outbox-several = Several accounts are configured
outbox-several-do = Say which one publishes: `mailwrenctl publish --account JID`.
outbox-address = { $address } isn’t an address: { $why }
outbox-private-do = Ask its owner to let this account publish there, with access model `whitelist`.
config-edit-do = Edit { $path }.
config-unread-do = Until it is mended, Mailwren goes on with what it read last.
config-at = line { $line }, column { $column }: { $what }
config-newer = { $path } is of a newer Mailwren (version { $found }; this one knows up to { $known }): update Mailwren, or put a former file in its place
config-no-backup = `{ $name }` isn’t a configuration that an import kept
config-stale = the rules were changed meanwhile: look at them again
config-no-rule = there is no rule #{ $n }
config-unwritable = it can’t be written: { $why }
config-void = { $path } is gone, or empty
config-contended = { $path } keeps being changed by another program; nothing was written
config-too-large = { $name } is too large
config-brackets = `{ $key }` is written as `[[{ $key }]]`, with two brackets
config-section = `notifications` is written as `[notifications]`
config-quiet-place = quiet hours are written as `[[quiet]]`, on their own
config-quiet-time = `{ $text }` isn’t a time of day; it looks like 22:00
config-quiet-day = `{ $text }` isn’t a day of the week; it looks like mon, or mon-fri
config-keep-days = `keep_days` must be at least 1 and at most { $most }
config-rule = rule { $rule }: { $what }
config-rule-idle = the rule has no consequence: give it `then`, `privacy` or `hook`
config-rule-pattern = `{ $key }`: { $why }
config-rule-patterns = `{ $key }`: at most { $most } patterns of { $chars } characters each
config-rule-program = `hook` names no program
config-rules-many = only the first { $most } rules are heeded
config-jid = `{ $text }` isn’t the JID of an account; it looks like sam@example.org
config-twice = there is another account `{ $jid }` above
config-port = 0 isn’t a port
config-port-alone = `port` only counts together with `host`
config-host = `host` is empty
config-service = `{ $text }` isn’t a pubsub service; it looks like pubsub.example.org
config-node = the subscription at `{ $service }` names no node
config-notifier = `{ $text }` isn’t a JID
config-command = the password command names no program
config-no-source = without XMPP it takes a mailbox: imap = { "{" } host = "imap.example.org" { "}" }
config-imap-host = `imap.host` { $host } isn’t a server’s name; it looks like imap.example.org
config-imap-user = `imap.user` is empty
config-imap-command = `imap`: the command for the password or token names no program
config-imap-logins = `imap` has a password and a token: leave one of them out
config-imap-folder = `imap.folders`: “{ $name }” is there twice, or can’t be a folder
config-imap-folders = `imap.folders` has { $n } folders; it takes 1 to { $most }
config-open = `open`: { $what }
config-open-https = a webmail link begins with https://
config-open-host = a webmail link names its host
config-open-id = a webmail link has { "{" }message_id{ "}" } where the message’s id belongs
config-open-program = a command begins with a program
config-open-argument = a command has { "{" }message_id{ "}" } in one of its arguments

## The bridge: `[[component]]`, `[bridge]` and `[bridge.provider]`

component-domain = `{ $text }` isn’t the domain of a component; it looks like mail.example.org
component-twice = there is another component `{ $domain }` above
component-open = `address` { $address } isn’t on this machine, and the connection of a component isn’t encrypted: if the network in between is yours alone, add cleartext = true
component-secret = the secret lies in a file or comes from a command: secret = { "{" } file = "/etc/mailwren/component-secret" { "}" }
bridge-no-section = there is no section `[bridge]`
bridge-section = `bridge` is written as a section, `[bridge]`
bridge-nothing = there is nothing to publish: add a `[[bridge.mailbox]]`
bridge-listen-address = `{ $text }` is nothing to listen on: an address with a port, such as 127.0.0.1:8025, or unix:/path/to/socket
bridge-secret = the secret lies in a file or comes from a command: secret = { "{" } file = "/etc/mailwren/http-secret" { "}" }
bridge-no-secret = `secret` is missing: whoever reaches a port could tell anything; with "unix:/path" the socket’s folder says who reaches it
bridge-no-listen = mail servers tell of it by HTTP, but `listen` is missing in `[bridge]`
bridge-name = `name` is empty: it goes into the ids of what is published, and must not change later
bridge-twice = there is another mailbox `{ $name }` above
bridge-no-account = there is no `[[account]]` { $jid }, or it is disabled
bridge-which-account =
    { $n ->
        [0] no account is configured that could publish
       *[other] `account` is missing: { $n } accounts are configured, say which one publishes
    }
bridge-node = `node` is empty
bridge-own-node = `owner` is for nodes at a pubsub `service`: an account’s own node is its own, and not { $owner }’s
bridge-owner = `owner` { $owner } isn’t an address such as sam@example.org
bridge-no-source = nothing tells of this mailbox: add http = { "{" } user = "…" { "}" }, or imap = { "{" } host = "…", user = "…", password = { "{" } file = "…" { "}" } { "}" }
bridge-http-user = `http.user` is empty
bridge-http-user-twice = `http.user` { $user } is another mailbox’s above
bridge-imap-user = `imap.user` is missing: who logs in to the mail server
bridge-imap-login = it can’t log in: the password lies in a file or comes from a command, imap.password = { "{" } file = "/etc/mailwren/imap.password" { "}" }, or a command prints a token, imap.token = ["…"]
bridge-publisher = `component` or `account` says who publishes: one of them
bridge-no-component = there is no `[[component]]` { $domain }
bridge-user-node = `node` { $node } has to hold { "{" }user{ "}" } once, between slashes, as in /example/{ "{" }user{ "}" }/mail/{ "{" }mailbox{ "}" }; and { "{" }mailbox{ "}" } once, or not
bridge-user-owner = `owner` { $owner } isn’t { "{" }user{ "}" }@ and a domain, as in { "{" }user{ "}" }@example.org
bridge-user-http = `http.user` { $user } has to hold { "{" }user{ "}" } once
bridge-users-file = `users.file` { $path }: { $why }
bridge-folder = `folders`: “{ $name }” is there twice, or can’t be a folder
bridge-folders = `folders` has { $n } folders; it takes 1 to { $most }
bridge-secret-trouble = the HTTP secret: { $why }
bridge-listen = can’t listen on { $listen }: { $why }
bridge-running = another bridge runs with this configuration

## Stanzas that can’t be read

stanza-at = stanza { $n }: { $why }
stanza-cut = the input ends inside it
stanza-text = text where a stanza should begin
stanza-end-tag = an end tag without its start
stanza-doctype = a document type declaration
stanza-none = <{ $name }> in namespace “{ $namespace }” is no stanza
stanza-items = { $n } items are too many for one stanza

## Checks: settings and `mailwrenctl doctor`

doctor-engine-on = runs
doctor-engine-off = isn’t running, so no mail is told
doctor-engine-do = Start the app, or `mailwrenctl watch`.
doctor-config-do = Mend { $path }; Mailwren notices by itself.
doctor-store-good = can be read and written
doctor-store-do = Make room on the disk, and see that the folder is yours.
doctor-keyring-good = open
doctor-keyring-absent = no keyring is running
doctor-keyring-absent-do = Start one (gnome-keyring, KWallet or KeePassXC), or use a password file or command.
doctor-keyring-locked = locked
doctor-keyring-locked-do = Unlock it: Mailwren can’t log in without the password.
doctor-no-desktop = no desktop session here, as on a server
doctor-bus-good = can be reached
doctor-bus-do = Start Mailwren inside the desktop’s session: DBUS_SESSION_BUS_ADDRESS leads to its bus.
doctor-daemon-absent = no notification daemon is running
doctor-daemon-do = Start the one of your desktop, or install one such as dunst or xfce4-notifyd.
doctor-daemon-good = { $name }: { $what }
doctor-daemon-buttons = { $name }: without buttons ({ $what })
doctor-daemon-buttons-do = Mail can be opened by a click at most; other daemons offer more.
doctor-tray-good = icons are shown
doctor-tray-absent = nothing shows tray icons
doctor-tray-do = On GNOME an extension such as AppIndicator does. Starting Mailwren again opens its feed.
problem-tray = Nothing here shows tray icons.
problem-logind = Nothing here tells when the screen is locked or the machine sleeps: logind is missing.
problem-logind-do = Most of it is noticed all the same, if later.
doctor-login-do = Enter the password in Settings, or with `mailwrenctl account add`.
doctor-push-do = The checks above tell where it ends. It is tried again by itself.
doctor-nodes-none = listens to no node
doctor-nodes-do = Ask the owner of the node, or choose other nodes in Accounts.

## Errors of `mailwrenctl`

cli-no-account = there is no account { $jid }
cli-no-event = there is no event { $event }
cli-no-event-do = `mailwrenctl feed list` shows those that are stored.
cli-none = no account is configured
cli-none-do = Add one with `mailwrenctl account add JID`, or try `mailwrenctl demo`.
cli-reply = the engine answers something else than what it was asked
