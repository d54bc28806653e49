## Auf dem Weg hinein: was nicht stimmt, und was zu tun ist

trouble-host-unknown = { $host } ist nicht zu finden
trouble-host-do = Prüfen Sie den Teil der Adresse hinter dem @, oder geben Sie Host und Port des Servers an.
trouble-not-offered = { $domain } bietet kein XMPP an
trouble-dns = DNS gab keine Antwort zu { $host }: { $why }
trouble-tcp = keine Verbindung zu { $target }: { $why }
trouble-network-do = Prüfen Sie das Netz, und Host und Port, falls Sie welche angegeben haben.
trouble-certificate = dem Zertifikat von { $target } ist nicht zu trauen: { $why }
trouble-certificate-do = Wenn Sie diesen Server kennen, vergleichen Sie den Fingerabdruck mit seinem Besitzer und merken Sie ihn; sonst verbinden Sie sich nicht.
trouble-pin = { $target } zeigt ein anderes Zertifikat als das gemerkte
trouble-pin-do = Fragen Sie den Besitzer des Servers, ob das Zertifikat gewechselt wurde. Wenn ja, merken Sie das neue; wenn nicht, hört jemand mit.
trouble-handshake = kein TLS mit { $target }: { $why }
trouble-port-do = Prüfen Sie den Port: TLS von Anfang an ist meist 5223, STARTTLS 5222.
trouble-no-tls = { $target } bietet keine Verschlüsselung an
trouble-no-tls-do = Mailwren meldet sich nie ohne Verschlüsselung an. Versuchen Sie TLS von Anfang an (Port 5223).
trouble-downgrade = der Server bietet jetzt { $offered } an, zuvor war es { $known }
trouble-downgrade-none = der Server bietet jetzt nichts Passendes an, zuvor war es { $known }
trouble-changed-do = Vielleicht hört jemand mit. Wenn der Besitzer des Servers sagt, dass etwas geändert wurde, sichern Sie das Konto noch einmal, mit seinem Passwort.
trouble-no-mechanism = der Server bietet keine Anmeldung an, die Mailwren kennt ({ $offered })
trouble-scram-do = Bitten Sie den Besitzer des Servers, SCRAM anzubieten.
trouble-signature = der Server konnte nicht belegen, dass er dieses Konto kennt: vielleicht antwortet etwas anderes an seiner Stelle
trouble-not-authorized = der Server nimmt diese Adresse mit diesem Passwort nicht an
trouble-password-do = Prüfen Sie Adresse und Passwort.
trouble-disabled = das Konto ist gesperrt
trouble-expired = das Passwort ist abgelaufen
trouble-disabled-do = Fragen Sie den Besitzer des Servers, oder erneuern Sie das Passwort bei ihm.
trouble-auth-temporary = der Server kann gerade keine Passwörter prüfen
trouble-auth-weak = der Server verlangt eine andere Art der Anmeldung
trouble-auth = der Server hat die Anmeldung abgelehnt
trouble-owner-do = Fragen Sie den Besitzer des Servers.
trouble-with-words = { $what } ({ $words })
trouble-stream = der Server hat die Verbindung beendet: { $condition }
trouble-lost = die Verbindung ging verloren: { $why }
trouble-protocol = der Server hält sich nicht ans Protokoll: { $why }
trouble-slow = der Server hat zu lange gebraucht
trouble-slow-tcp = der Server hat zu lange nicht geantwortet
trouble-slow-tls = der Server hat zu lange gebraucht (TLS)
trouble-slow-login = der Server hat für die Anmeldung zu lange gebraucht
trouble-limit = der Server hat mehr gesendet, als gefahrlos zu lesen ist: { $limit }
trouble-limit-do = Es wird ausgelassen; alles andere wird Stück für Stück geholt.
trouble-no-session = keine Sitzung: { $why }
trouble-deaf = der Server nimmt an, was veröffentlicht wird, sendet aber keine Ereignisse: ein Lebenszeichen kam nicht zurück
trouble-deaf-do = Bis wieder Ereignisse kommen, wird mit jedem Lebenszeichen geholt, was die Knoten enthalten.
trouble-login-memory = wie sich das Konto zuvor angemeldet hat, lässt sich nicht lesen: { $why }
trouble-mailbox = das Postfach von { $jid }: { $what }
trouble-account-do = Berichtigen Sie das Konto in den Einstellungen.
trouble-jid = { $jid } ist keine XMPP-Adresse wie ich@example.org
trouble-server-name = { $name } kann kein Name eines Servers sein
trouble-no-server = kein Server, mit dem sich zu verbinden wäre
trouble-fingerprint = { $text } ist kein SHA-256-Fingerabdruck: 64 Hexziffern, mit oder ohne Doppelpunkte
trouble-ca-file = die CA-Datei { $path } lässt sich nicht lesen: { $why }
trouble-ca-empty = es steht kein Zertifikat darin
trouble-ca-unusable =
    { $n ->
        [one] ein Zertifikat in { $path } lässt sich nicht verwenden
       *[other] { $n } Zertifikate in { $path } lassen sich nicht verwenden
    }
trouble-no-authorities = auf diesem System sind keine Zertifizierungsstellen zu finden ({ $why }); installieren Sie ca-certificates
trouble-no-random = dieses System gibt keine Zufallszahlen her: { $why }
scram-username = der Benutzername hat Zeichen, mit denen man sich nicht anmelden kann
scram-password = das Passwort ist leer oder hat Zeichen, mit denen man sich nicht anmelden kann
scram-malformed = die SCRAM-Nachricht des Servers ist fehlerhaft: { $why }
scram-nonce = die Nonce des Servers setzt unsere nicht fort
scram-iterations = der Server verlangt { $n } Durchläufe, was außerhalb des Sicheren liegt
scram-server = der Server hat den Austausch abgebrochen: { $why }
limit-bytes = größer als { $most } Bytes
limit-depth = tiefer als { $most } Ebenen verschachtelt
limit-attribute = ein Attribut oder ein Name länger als { $most } Bytes
limit-elements = mehr als { $most } Elemente
limit-attributes = mehr als { $most } Attribute
limit-line = eine Antwort von mehr als { $most } Bytes
limit-data = eine Antwort mit mehr als { $most } Bytes an Daten
net-refused = auf diesem Port antwortet nichts
net-unreachable = das Netz führt nicht dorthin
net-hung-up = der Server hat aufgelegt
net-closed = der Server hat die Verbindung geschlossen
net-no-address = er hat keine Adresse
tls-unspoken = auf diesem Port wird kein TLS gesprochen
tls-version = der Server kennt keine Version von TLS, die noch sicher ist
tls-name = dieser Server hat kein Zertifikat für die Domain
tls-protocol = auf diesem Port antwortet ein anderer Dienst als XMPP
tls-cipher = der Server und dieses Programm haben keine gemeinsame Verschlüsselung
certificate-unreadable = es lässt sich nicht lesen
certificate-expired = es ist am { $day } abgelaufen
certificate-early = es gilt erst ab { $day }
certificate-other = es gilt für { $names }, nicht für { $name }
certificate-nameless = es gilt für keinen Hostnamen, also auch nicht für { $name }
certificate-revoked = es wurde widerrufen
certificate-own = es ist nur von sich selbst unterschrieben
certificate-issuer = sein Aussteller ist diesem System unbekannt ({ $issuer })
certificate-signature = seine Unterschrift stimmt nicht
iq-timeout = es kam rechtzeitig keine Antwort
iq-ended = die Sitzung endete, bevor die Antwort kam

## Dienste und Knoten

node-server = Der Server
node-no-pep = Der Server hat kein PEP, also lässt sich auf den eigenen Knoten des Kontos nicht hören.
node-no-answer = { $service } antwortet nicht.
node-missing = Einen solchen Knoten gibt es nicht.
node-forbidden = Dieses Konto darf ihn nicht lesen. Fragen Sie seinen Besitzer.
node-contacts-only = Sein Besitzer lässt nur ausgewählte Kontakte zu. Fragen Sie ihn.
node-unreached = { $service } ist nicht erreichbar oder kein PubSub-Dienst.
node-refused-why = { $service } hat abgelehnt: { $why }
node-no-address = { $service } ist keine Adresse.
node-no-service = keine Adresse
node-unreadable = Er lässt sich nicht lesen.
node-left-out =
    { $n ->
        [one] Ein Eintrag ist zu groß oder zu tief, um ihn gefahrlos zu lesen, und wurde ausgelassen.
       *[other] { $n } Einträge sind zu groß oder zu tief, um sie gefahrlos zu lesen, und wurden ausgelassen.
    }
node-to-fetch = Was er enthält, ließ sich noch nicht holen; es wird wieder versucht.
node-ended = Der Knoten wurde gelöscht, oder sein Besitzer hat das Abonnement beendet. Fragen Sie ihn, oder entfernen Sie den Knoten aus dem Konto.
node-no-folder = Einen solchen Ordner gibt es nicht, oder er lässt sich nicht öffnen.
node-open = Jeder darf diesen Knoten lesen, mit Absendern und Betreffs.
node-presence = Alle Kontakte seines Besitzers dürfen diesen Knoten lesen, mit Absendern und Betreffs.
node-not-private = der Knoten ist nicht privat, und der Server lässt ihn nicht dazu machen
node-unverified = der Knoten gehört jemand anderem, und sein Dienst lässt nicht prüfen, ob er privat ist
node-to-approve = Der Besitzer muss noch zustimmen.
node-unconfigured = Für den Knoten sind erst Optionen zu wählen: Fragen Sie seinen Besitzer.
node-to-subscribe = Der Dienst weiß von keinem Abonnement; Mailwren richtet es ein, sobald es sich verbindet.
node-of-another = Das eines anderen Clients.
node-withheld = Seine Option `deliver` ist aus: Es kommen keine Ereignisse.
node-not-made = { $service } hat kein Abonnement eingerichtet.
node-own-account-do = Ereignisse eines PubSub-Dienstes kommen nur zu einem Client, der am Chat teilnimmt (Priorität 0): Mit einem eigenen Konto für Mail landen dort keine Nachrichten anderer.
node-still-there = Mailwren hört nicht mehr darauf, aber { $service } hat das Abonnement vielleicht noch: { $why }
gmail-trouble = Nach der Mail des Servers lässt sich nicht fragen: { $why }.
gmail-no-mailbox = die Antwort enthält kein Postfach
gmail-unsafe = die Antwort ist zu groß oder zu tief, um sie gefahrlos zu lesen
gmail-left-out = Was dort war, ist zu groß oder zu tief, um es gefahrlos zu lesen, und wurde ausgelassen.

## Was die Prüfung eines Kontos findet

found-tls = { $target }: TLS { $version }, vertrautes Zertifikat
found-tls-pinned = { $target }: TLS { $version }, gemerktes Zertifikat
found-plain = PLAIN: der Server bekommt das Passwort zu sehen
found-pep = persönliche Ereignisse (PEP)
found-pep-and = persönliche Ereignisse (PEP), { $services }
found-no-pep = keine persönlichen Ereignisse (PEP); { $services }
found-no-service = weder persönliche Ereignisse (PEP) noch ein PubSub-Dienst
found-no-service-do = Nennen Sie Dienst und Knoten, auf denen Ihre Mail veröffentlicht wird.
found-no-node = noch kein Knoten
found-pending = { $nodes }, davon { $n } noch ohne Zustimmung des Besitzers
found-at-node = { $node } bei { $service }: { $why }
found-missing-do = Prüfen Sie den Namen des Knotens, und ob sein Besitzer Sie ihn lesen lässt.
found-exposed-do = Stellen Sie sein Zugriffsmodell auf `whitelist`, falls Sie das nicht so wollen.
found-no-folder = es gibt keinen Ordner { $names }
found-no-folder-do = Wählen Sie unter denen, die es gibt.

## Das Postfach, über IMAP

imap-no-login = der Mailserver bietet keine passende Anmeldung an (sondern: { $offered })
imap-unsayable = der Benutzername oder das Passwort hat Zeichen, die dieser Mailserver nicht nimmt
imap-login-refused = der Mailserver hat die Anmeldung abgelehnt: { $words }
imap-login-do = Prüfen Sie Benutzername und Passwort. Manche Anbieter verlangen ein eigenes App-Passwort, oder dass IMAP erst eingeschaltet wird.
imap-password-do = Geben Sie das Passwort des Postfachs in den Einstellungen ein.
imap-refused = der Mailserver hat { $what } abgelehnt: { $words }
imap-bye = der Mailserver hat die Verbindung beendet: { $words }
imap-lost = die Verbindung zum Mailserver ging verloren: { $why }
imap-late = der Mailserver hat zu lange gebraucht ({ $what })
imap-limit = der Mailserver hat mehr gesendet, als gefahrlos zu lesen ist: { $limit }
imap-protocol = der Mailserver hält sich nicht ans Protokoll: { $why }
imap-name = `{ $name }` kann kein Name eines Ordners sein
imap-no-folder = keiner seiner Ordner ist da: { $names }

## Passwörter

vault-absent = es läuft kein Schlüsselbund ({ $why }): Starten Sie einen (gnome-keyring, KWallet oder KeePassXC), oder nehmen Sie eine Passwortdatei oder einen Befehl
vault-locked = der Schlüsselbund ist gesperrt: Entsperren Sie ihn, und versuchen Sie es noch einmal
vault-failed = der Schlüsselbund hat versagt: { $why }
vault-not-text = was er enthält, ist kein Text
vault-ambiguous = er enthält { $n } Einträge mit dem Dienst { $service } zu diesem Konto: Löschen Sie alle bis auf einen
password-missing = der Schlüsselbund enthält kein Passwort für { $of }: Geben Sie es in den Einstellungen ein, oder mit `mailwrenctl account add`
password-file = Passwortdatei { $path }
password-file-trouble = Passwortdatei { $path }: { $why }
password-exposed = die Passwortdatei { $path } muss Ihnen gehören und für andere geschlossen sein: chown, und chmod 600
password-command = Passwortbefehl `{ $program }`
password-no-command = ein leerer Befehl
password-command-trouble = Passwortbefehl `{ $program }`: { $why }
password-command-failed = der Passwortbefehl `{ $program }` endete mit { $status }; was er sagte, steht in Mailwrens Fehlerausgabe
password-command-late = der Passwortbefehl `{ $program }` gab binnen { $seconds } Sekunden keine Antwort
password-unusable = { $source }: kein Passwort in der ersten Zeile

## Was von Mailwren verlangt wird und nicht geht

api-closed = Mailwren hat sich beendet.
api-running = Mailwren läuft schon.
api-forbidden = Dieses Fenster darf das nicht.
api-command-window = Ein Fenster kann keine Befehle und keine Passwortdateien setzen.
api-command-window-do = Sie stehen in der Konfiguration, und ein Fenster kann sie dort belassen oder entfernen: Datei bearbeiten, oder mailwrenctl verwenden.
api-not-understood = die Anfrage war nicht zu verstehen: { $why }
api-not-understood-do = Beide Programme sollten von derselben Version sein.
api-internal = Mailwren selbst ist gescheitert an: { $what }.
api-internal-do = Bitte melden Sie das.
api-headless = Mailwren läuft hier ohne Desktop, zeigt also keine Benachrichtigungen.
api-headless-do = Starten Sie die App `mailwren`.
api-no-account-do = `mailwrenctl account list` zeigt die eingerichteten.
api-no-subscription = Es gibt kein Abonnement von { $node } bei { $service }.
api-no-subscription-do = `mailwrenctl subscription list` zeigt die vorhandenen.
api-no-xmpp = { $jid } verwendet kein XMPP, also gibt es nichts zu abonnieren
api-own-node = von den eigenen Knoten des Kontos lässt sich nur auf { $node } hören
api-problem-stays = das vergeht, sobald es behoben ist
api-pause-past = eine Pause muss in der Zukunft enden
api-snooze-when = eine Mail lässt sich höchstens um ein Jahr zurückstellen
api-mute-past = Stummschalten muss in der Zukunft enden
api-mute-nobody = niemand weiß, von wem das ist
api-most-mails = höchstens { $most } Mails auf einmal
api-password-elsewhere = ein Passwort lässt sich nur im Schlüsselbund aufbewahren
act-no-mail = Die Mail dafür gibt es nicht mehr.
act-no-undo = Das lässt sich nicht mehr zurücknehmen.
act-unreached = Zum Postfach von { $account } führt gerade nichts.
act-unreached-do = Dazu braucht es eine Bridge mit IMAP-Zugang, oder das Postfach in den Einstellungen des Kontos.
act-missing =
    { $n ->
        [one] Die Mail ist nicht mehr in ihrem Ordner.
       *[other] { $n } Mails sind nicht mehr in ihrem Ordner.
    }
act-refused = Der Mailserver hat es abgelehnt.
act-no-mailbox = Das Postfach ist nicht erreichbar: { $why }.
act-again-do = Versuchen Sie es gleich noch einmal.
act-no-bridge = Die Bridge ist gerade nicht da.
act-no-bridge-do = Versuchen Sie es gleich noch einmal, oder sehen Sie nach `mailwrenctl bridge`.
act-forbidden = Die Bridge erlaubt das anderen, diesem Konto aber nicht.
act-bridge-refused = Die Bridge lehnt ab: { $why }.
act-bridge-silent = Die Bridge hat nicht rechtzeitig geantwortet.
act-bridge-lost = Die Verbindung ging verloren, bevor die Bridge antwortete.
popup-why = { $what } { $hint }
open-no-way = Zu dieser Mail führt kein Weg.
open-do = `open` in der Konfiguration des Kontos sagt, wie seine Mails geöffnet werden.
open-unstarted = { $program } lässt sich nicht starten: { $why }
open-kind = Links dieser Art öffnet Mailwren nicht.
open-kind-do = Es öffnet { $kinds }.
open-failed = Der Desktop konnte den Link nicht öffnen: { $why }
open-failed-do = Ist ein Browser oder Mailprogramm als Standard eingestellt?
autostart-path = { $path } lässt sich durch keinen Desktop-Eintrag starten: der Pfad enthält einen Zeilenumbruch oder ist nicht UTF-8
notifier-trouble = Benachrichtigungen lassen sich nicht zeigen: { $why }.
notifier-trouble-do = Starten Sie den Benachrichtigungsdienst des Desktops; der Feed zeigt unterdessen alles.
notifier-failed = der Benachrichtigungsdienst hat versagt: { $why }
notifier-silent = der Benachrichtigungsdienst hat nicht geantwortet

## Dateien und die Konfiguration

file-trouble = { $path }: { $what }
store-newer = { $path } stammt von einem neueren Mailwren (Schema { $found }; dieses kennt bis { $known }): Aktualisieren Sie Mailwren, oder legen Sie die Datei beiseite, um neu zu beginnen
store-corrupt = { $path } ist nicht zu gebrauchen ({ $why }): Prüfen Sie die Platte
store-failed = Ereignisspeicher: { $why }
store-closed = Ereignisspeicher: geschlossen
store-set-aside = Der Ereignisspeicher war beschädigt und liegt nun als { $path } beiseite; ein neuer wurde begonnen.
store-set-aside-do = Was der Server noch hat, wird wieder geholt.
store-unwritable = Was geschieht, lässt sich nicht speichern: { $why }
store-unwritable-do = Schaffen Sie Platz auf der Platte; Mailwren macht von selbst weiter.
profile-homeless = es ist kein persönlicher Ordner bekannt: Setzen Sie HOME
profile-foreign = { $path } gehört jemand anderem
start-socket = an { $path } lässt sich nicht horchen: { $why }
start-silent = ein anderes Mailwren hält dieses Profil, antwortet aber nicht; beenden Sie es, und versuchen Sie es noch einmal ({ $why })
outbox-trouble = Ausgang: { $why }
outbox-ended = Der Server hat die Sitzung beendet
outbox-busy = Ein anderer Prozess sendet gerade
outbox-no-account = Es gibt kein Konto { $jid }, oder es ist ausgeschaltet
outbox-several = Mehrere Konten sind eingerichtet
outbox-several-do = Sagen Sie, welches veröffentlicht: `mailwrenctl publish --account JID`.
outbox-address = { $address } ist keine Adresse: { $why }
outbox-private-do = Bitten Sie seinen Besitzer, dieses Konto dort veröffentlichen zu lassen, mit dem Zugriffsmodell `whitelist`.
config-edit-do = Bearbeiten Sie { $path }.
config-unread-do = Bis das berichtigt ist, macht Mailwren mit dem weiter, was es zuletzt gelesen hat.
config-at = Zeile { $line }, Spalte { $column }: { $what }
config-newer = { $path } stammt von einem neueren Mailwren (Version { $found }; dieses kennt bis { $known }): Aktualisieren Sie Mailwren, oder legen Sie eine frühere Datei an ihre Stelle
config-no-backup = `{ $name }` ist keine Konfiguration, die ein Import aufbewahrt hat
config-stale = die Regeln wurden inzwischen geändert: Sehen Sie sie noch einmal an
config-no-rule = es gibt keine Regel { $n }
config-unwritable = es lässt sich nicht schreiben: { $why }
config-void = { $path } ist weg oder leer
config-contended = { $path } wird ständig von einem anderen Programm geändert; es wurde nichts geschrieben
config-too-large = { $name } ist zu groß
config-brackets = `{ $key }` schreibt man `[[{ $key }]]`, mit zwei Klammern
config-section = `notifications` schreibt man `[notifications]`
config-quiet-place = Ruhezeiten schreibt man `[[quiet]]`, für sich allein
config-quiet-time = `{ $text }` ist keine Uhrzeit; sie sieht aus wie 22:00
config-quiet-day = `{ $text }` ist kein Wochentag; er sieht aus wie mon oder mon-fri
config-keep-days = `keep_days` muss mindestens 1 und höchstens { $most } sein
config-rule = Regel { $rule }: { $what }
config-rule-idle = die Regel bewirkt nichts: Geben Sie ihr `then`, `privacy` oder `hook`
config-rule-pattern = `{ $key }`: { $why }
config-rule-patterns = `{ $key }`: höchstens { $most } Muster von je { $chars } Zeichen
config-rule-program = `hook` nennt kein Programm
config-rules-many = nur die ersten { $most } Regeln werden beachtet
config-jid = `{ $text }` ist nicht die JID eines Kontos; sie sieht aus wie sam@example.org
config-twice = weiter oben steht schon ein Konto `{ $jid }`
config-port = 0 ist kein Port
config-port-alone = `port` gilt nur zusammen mit `host`
config-host = `host` ist leer
config-service = `{ $text }` ist kein PubSub-Dienst; er sieht aus wie pubsub.example.org
config-node = das Abonnement bei `{ $service }` nennt keinen Knoten
config-notifier = `{ $text }` ist keine JID
config-command = der Passwortbefehl nennt kein Programm
config-no-source = ohne XMPP braucht es ein Postfach: imap = { "{" } host = "imap.example.org" { "}" }
config-imap-host = `imap.host` { $host } ist kein Name eines Servers; er sieht aus wie imap.example.org
config-imap-user = `imap.user` ist leer
config-imap-command = `imap`: der Befehl für Passwort oder Token nennt kein Programm
config-imap-logins = `imap` hat ein Passwort und ein Token: Lassen Sie eines davon weg
config-imap-folder = `imap.folders`: „{ $name }“ steht zweimal da oder kann kein Ordner sein
config-imap-folders = `imap.folders` hat { $n } Ordner; es nimmt 1 bis { $most }
config-open = `open`: { $what }
config-open-https = ein Webmail-Link beginnt mit https://
config-open-host = ein Webmail-Link nennt seinen Host
config-open-id = ein Webmail-Link hat { "{" }message_id{ "}" }, wo die Kennung der Nachricht hingehört
config-open-program = ein Befehl beginnt mit einem Programm
config-open-argument = ein Befehl hat { "{" }message_id{ "}" } in einem seiner Argumente

## Die Bridge: `[[component]]`, `[bridge]` und `[bridge.provider]`

component-domain = `{ $text }` ist nicht die Domain einer Komponente; sie sieht aus wie mail.example.org
component-twice = weiter oben steht schon eine Komponente `{ $domain }`
component-open = `address` { $address } liegt nicht auf diesem Rechner, und die Verbindung einer Komponente ist nicht verschlüsselt: Wenn das Netz dazwischen Ihnen allein gehört, fügen Sie cleartext = true hinzu
component-secret = das Geheimnis liegt in einer Datei oder kommt von einem Befehl: secret = { "{" } file = "/etc/mailwren/component-secret" { "}" }
bridge-no-section = es gibt keinen Abschnitt `[bridge]`
bridge-section = `bridge` schreibt man als Abschnitt, `[bridge]`
bridge-nothing = es gibt nichts zu veröffentlichen: Fügen Sie ein `[[bridge.mailbox]]` hinzu
bridge-listen-address = an `{ $text }` lässt sich nicht horchen, nur an einer Adresse mit Port wie 127.0.0.1:8025 oder an unix:/pfad/zum/socket
bridge-secret = das Geheimnis liegt in einer Datei oder kommt von einem Befehl: secret = { "{" } file = "/etc/mailwren/http-secret" { "}" }
bridge-no-secret = `secret` fehlt: Wer einen Port erreicht, könnte alles Mögliche melden; mit "unix:/pfad" bestimmt der Ordner des Sockets, wer ihn erreicht
bridge-no-listen = Mailserver melden sich dafür per HTTP, aber in `[bridge]` fehlt `listen`
bridge-name = `name` ist leer: Er geht in die Kennungen dessen ein, was veröffentlicht wird, und darf sich später nicht ändern
bridge-twice = weiter oben steht schon ein Postfach `{ $name }`
bridge-no-account = es gibt kein `[[account]]` { $jid }, oder es ist ausgeschaltet
bridge-which-account =
    { $n ->
        [0] kein Konto ist eingerichtet, das veröffentlichen könnte
       *[other] `account` fehlt: { $n } Konten sind eingerichtet, sagen Sie, welches veröffentlicht
    }
bridge-node = `node` ist leer
bridge-own-node = `owner` gilt für Knoten bei einem PubSub-Dienst (`service`): der eigene Knoten eines Kontos gehört ihm selbst, nicht { $owner }
bridge-owner = `owner` { $owner } ist keine Adresse wie sam@example.org
bridge-no-source = nichts meldet, was in diesem Postfach geschieht: Fügen Sie http = { "{" } user = "…" { "}" } hinzu, oder imap = { "{" } host = "…", user = "…", password = { "{" } file = "…" { "}" } { "}" }
bridge-http-user = `http.user` ist leer
bridge-http-user-twice = `http.user` { $user } gehört schon zu einem Postfach weiter oben
bridge-imap-user = `imap.user` fehlt: wer sich am Mailserver anmeldet
bridge-imap-login = die Anmeldung ist nicht möglich: das Passwort liegt in einer Datei oder kommt von einem Befehl, imap.password = { "{" } file = "/etc/mailwren/imap.password" { "}" }, oder ein Befehl gibt ein Token aus, imap.token = ["…"]
bridge-publisher = `component` oder `account` sagt, wer veröffentlicht: eines von beiden
bridge-no-component = es gibt keine `[[component]]` { $domain }
bridge-user-node = `node` { $node } muss { "{" }user{ "}" } einmal enthalten, zwischen Schrägstrichen, wie in /example/{ "{" }user{ "}" }/mail/{ "{" }mailbox{ "}" }; und { "{" }mailbox{ "}" } einmal oder gar nicht
bridge-user-owner = `owner` { $owner } ist nicht { "{" }user{ "}" }@ und eine Domain, wie in { "{" }user{ "}" }@example.org
bridge-user-http = `http.user` { $user } muss { "{" }user{ "}" } einmal enthalten
bridge-users-file = `users.file` { $path }: { $why }
bridge-folder = `folders`: „{ $name }“ steht zweimal da oder kann kein Ordner sein
bridge-folders = `folders` hat { $n } Ordner; es nimmt 1 bis { $most }
bridge-secret-trouble = das HTTP-Geheimnis: { $why }
bridge-listen = an { $listen } lässt sich nicht horchen: { $why }
bridge-running = mit dieser Konfiguration läuft schon eine Bridge

## Stanzas, die sich nicht lesen lassen

stanza-at = Stanza { $n }: { $why }
stanza-cut = die Eingabe endet mitten darin
stanza-text = Text, wo eine Stanza beginnen sollte
stanza-end-tag = ein End-Tag ohne seinen Anfang
stanza-doctype = eine Dokumenttyp-Deklaration
stanza-none = <{ $name }> im Namensraum „{ $namespace }“ ist keine Stanza
stanza-items = { $n } Einträge sind zu viele für eine Stanza

## Prüfungen: Einstellungen und `mailwrenctl doctor`

doctor-engine-on = läuft
doctor-engine-off = läuft nicht, also wird keine Mail gemeldet
doctor-engine-do = Starten Sie die App oder `mailwrenctl watch`.
doctor-config-do = Berichtigen Sie { $path }; Mailwren merkt es von selbst.
doctor-store-good = lesbar und beschreibbar
doctor-store-do = Schaffen Sie Platz auf der Platte, und sehen Sie nach, ob der Ordner Ihnen gehört.
doctor-keyring-good = offen
doctor-keyring-absent = es läuft kein Schlüsselbund
doctor-keyring-absent-do = Starten Sie einen (gnome-keyring, KWallet oder KeePassXC), oder nehmen Sie eine Passwortdatei oder einen Befehl.
doctor-keyring-locked = gesperrt
doctor-keyring-locked-do = Entsperren Sie ihn: Ohne Passwort kann sich Mailwren nicht anmelden.
doctor-no-desktop = hier ist keine Desktop-Sitzung, wie auf einem Server
doctor-bus-good = erreichbar
doctor-bus-do = Starten Sie Mailwren in der Sitzung des Desktops: DBUS_SESSION_BUS_ADDRESS führt zu deren Bus.
doctor-daemon-absent = es läuft kein Benachrichtigungsdienst
doctor-daemon-do = Starten Sie den Ihres Desktops, oder installieren Sie einen wie dunst oder xfce4-notifyd.
doctor-daemon-good = { $name }: { $what }
doctor-daemon-buttons = { $name }: ohne Knöpfe ({ $what })
doctor-daemon-buttons-do = Mail lässt sich höchstens durch Anklicken öffnen; andere Dienste bieten mehr.
doctor-tray-good = Symbole werden gezeigt
doctor-tray-absent = nichts zeigt Symbole in einer Leiste
doctor-tray-do = Unter GNOME tut es eine Erweiterung wie AppIndicator. Ein zweiter Start von Mailwren öffnet den Feed.
problem-tray = Hier zeigt nichts Symbole in einer Leiste.
problem-logind = Hier sagt nichts, wann der Bildschirm gesperrt ist oder der Rechner schläft: logind fehlt.
problem-logind-do = Das meiste wird trotzdem bemerkt, nur später.
doctor-login-do = Geben Sie das Passwort in den Einstellungen ein, oder mit `mailwrenctl account add`.
doctor-push-do = Die Prüfungen darüber zeigen, wo es endet. Es wird von selbst wieder versucht.
doctor-nodes-none = hört auf keinen Knoten
doctor-nodes-do = Fragen Sie den Besitzer des Knotens, oder wählen Sie unter Konten andere Knoten.

## Fehler von `mailwrenctl`

cli-no-account = es gibt kein Konto { $jid }
cli-no-event = es gibt kein Ereignis { $event }
cli-no-event-do = `mailwrenctl feed list` zeigt die gespeicherten.
cli-none = kein Konto ist eingerichtet
cli-none-do = Fügen Sie eines mit `mailwrenctl account add JID` hinzu, oder versuchen Sie `mailwrenctl demo`.
cli-reply = Mailwren antwortet etwas anderes, als es gefragt wurde
