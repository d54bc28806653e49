## Einstellungen

window-settings = Mailwren: Einstellungen
back = Zurück
cancel = Abbrechen
save = Speichern
test = Testen
testing = Testet …
account-add = Konto hinzufügen
account-added = Konto hinzugefügt
account-edit = { $label } bearbeiten
account-remove = { $label } entfernen
account-enabled = { $label } verbinden
node-subscribed = abonniert
folder-watched = wird beobachtet
strangers =
    { $n ->
        [one] Ein Ereignis wurde verworfen, weil sein Absender nicht abonniert ist.
       *[other] { $n } Ereignisse wurden verworfen, weil ihre Absender nicht abonniert sind.
    }

## Einstellungen: Kontoformular

form-new = Neues Konto
form-edit = Konto bearbeiten
form-first = Mailwren hört über XMPP zu. Am besten mit einem eigenen Konto neben dem, mit dem Sie chatten.
form-kind = Wie Mailwren von Mail erfährt
kind-xmpp = Mit XMPP
kind-mailbox = Nur Postfach (IMAP)
form-mailbox = Mailwren beobachtet das Postfach selbst, über IMAP. Mehr braucht es nicht.
field-address = Mailadresse
field-password = Passwort
password-kept = Wie gespeichert
password-elsewhere = Aus dem Befehl oder der Datei in der Konfiguration
advanced = Erweitert
field-name = Kurzname
field-security = Verschlüsselung
security-auto = Was der Server anbietet
security-direct = TLS von Anfang an
security-starttls = STARTTLS
field-host = Host
field-port = Port
host-auto = Aus dem DNS
field-ca = Datei einer weiteren Zertifizierungsstelle (PEM)
pin-drop = Diesem Zertifikat nicht mehr vertrauen
listen-to = Hört auf
field-pep = Eigener Mail-Knoten dieses Kontos (PEP)
node-service = Dienst von Knoten { $n }
node-node = Name von Knoten { $n }
node-drop = Knoten { $n } entfernen
node-add = Knoten hinzufügen
field-notifiers = Adressen, deren Nachrichten als Mail gelten, eine je Zeile (Sieve notify)
mailbox-says = Aus einem Ereignis, das nur „geändert“ sagt, wird, wer worüber schrieb; Archivieren und Löschen brauchen keine Brücke.
field-imap-host = Mailserver
field-imap-user = Benutzer, wenn nicht die Adresse
field-imap-password = Passwort des Postfachs
field-imap-folders = Beobachtete Ordner, einer je Zeile

## Einstellungen: Test

test-label = Test
test-passed = Alles funktioniert.
step-dns = DNS
step-tls = TLS
step-login = Anmeldung
step-services = Dienste
step-nodes = Knoten
step-folders = Ordner
step-mailbox = Postfach
step-todo = kommt noch
step-running = läuft
step-passed = fertig
step-warned = fertig, mit Warnung
step-failed = fehlgeschlagen
nodes-choose = Knoten, auf die gehört wird
folders-choose = Zu beobachtende Ordner
trust-says = Niemand bürgt für dieses Zertifikat. Vertrauen Sie ihm nur, wenn sein Fingerabdruck der ist, den der Betreiber des Servers nennt:
trust-do = Diesem Zertifikat vertrauen

## Einstellungen: entfernen

remove-title = { $jid } entfernen?
remove-says = Mailwren hört nicht mehr darauf. Auf dem Server ändert sich nichts.
remove-says-keyring = Mailwren hört nicht mehr darauf, und das Passwort verlässt den Schlüsselbund. Auf dem Server ändert sich nichts.
remove-forget = Auch die gespeicherten Ereignisse entfernen
remove-forget-yes = Sie lassen sich nicht zurückholen.
remove-forget-no = Sie bleiben im Feed und lassen sich suchen.
remove-do = Entfernen

## Einstellungen: über

about-what = Sagt Ihnen, sobald Mail eingeht: über XMPP oder aus dem Postfach selbst.
about-license = Freie Software unter der MIT- oder der Apache-2.0-Lizenz, wie Sie mögen.

## Einstellungen: Allgemein

general = Allgemein
start = Bei der Anmeldung starten
start-says = In der Leiste dieses Desktops, für diese Person.
start-hidden = Ohne Fenster
start-hidden-says = Ausgeschaltet öffnet sich bei der Anmeldung der Feed.
language = Sprache
language-says = Von Fenstern, Leiste, Benachrichtigungen und Befehlen.
language-system = Wie der Desktop
theme-says = Hoher Kontrast und erzwungene Farben folgen in jedem Fall dem Desktop.
theme-system = Wie der Desktop
theme-light = Hell
theme-dark = Dunkel
rows = Zeilen
rows-says = Kompakte Zeilen zeigen Absender, Betreff und Zeit in einer Zeile.
rows-full = Voll
rows-compact = Kompakt
letters = Einzelne Buchstaben sind Befehle
letters-says = Ausgeschaltet wirken in der Liste nur Pfeile, Eingabe, Esc und Tasten mit Strg.
keep = Mail im Feed behalten
keep-says = Was älter ist, verlässt den Feed auf diesem Rechner. Auf dem Server ändert sich nichts.
keep-for = für
keep-days = Tage
keep-title =
    { $n ->
        [one] Mail nur einen Tag lang behalten?
       *[other] Mail nur { $n } Tage lang behalten?
    }
keep-gone = Was älter ist, verlässt den Feed sofort und lässt sich nicht zurückholen.
keep-do = So lange behalten
exchange = Einstellungen als Datei
exchange-says = Ohne Passwörter. Eine Datei kann Befehle nennen, die ausgeführt werden: Importieren Sie nur, was Sie kennen.
export = Exportieren
import = Importieren …
exported = Geschrieben nach { $path }
imported = Importiert; die bisherigen Einstellungen liegen daneben
import-large = Diese Datei ist zu groß für Einstellungen.
preference-changed = Geändert

## Einstellungen: Diagnose

problems = Was nicht stimmt
checks = Verbindungen
checks-do = Jetzt prüfen
report = Bericht
report-says = Für alle, die Ihnen helfen. Er nennt Konten und Server; Passwörter und Mail stehen nicht darin.
report-copy = Kopieren
report-copied = Bericht kopiert
report-selected = Der Bericht ist ausgewählt: mit Strg C kopieren
log = Das Ende des Protokolls
log-none = Nichts ist protokolliert
log-lines =
    { $n ->
        [one] Wird mitkopiert: die letzte Zeile des Protokolls
       *[other] Wird mitkopiert: die letzten { $n } Zeilen des Protokolls
    }
log-says = Adressen, Server, Personen und der persönliche Ordner heißen hier anders. Namen von Mailordnern und Regeln, und was Server sagten, bleiben, wie sie sind.

## Einstellungen: Benachrichtigungen

notifications = Benachrichtigungen
privacy = Was eine Benachrichtigung zeigt
privacy-full = Alles
privacy-sender = Nur den Absender
privacy-count = Nur dass etwas kam
privacy-usual = Wie üblich
sample-sender = Miriam Kern
sample-subject = Schlüssel am Donnerstag, halb sechs
sample-count = 1 neue Mail
sample-send = Jetzt eine zeigen
sample-try = Benachrichtigung testen
sample-sent = Eine Benachrichtigung wird jetzt gezeigt.
sample-withheld = Jetzt wird keine gezeigt: { $why }.
locked = Bei gesperrtem Bildschirm
locked-says = Höchstens so viel, wo der Desktop die Sperre meldet.
sound = Ton
sound-says = Still in Ruhezeiten, bei Pause und wenn der Desktop nicht gestört werden soll.
dnd = „Nicht stören“ des Desktops achten
dnd-says = Benachrichtigungen warten, bis es vorbei ist; dann sagt eine, was kam.
group-says = Kommen mehr als so viele, tritt eine an ihre Stelle.
group-above = mehr als
group-within = binnen
group-seconds = Sekunden
count-fault = Eine Zahl von 1 bis { $most }.
quiet = Ruhezeiten
quiet-says = In Ortszeit. VIPs kommen trotzdem durch. Am Ende sagt eine Benachrichtigung, was kam.
week = Ruhezeiten der Woche, eine Stunde je Feld
week-says = Über Stunden ziehen, oder mit den Pfeilen gehen und die Leertaste drücken. Umschalt und Pfeile nehmen mehrere.
cell-quiet = { $day } { $time }, Ruhe
cell-partly = { $day } { $time }, zum Teil Ruhe
cell-loud = { $day } { $time }, keine Ruhe
area-day = { $day }, { $from } bis { $to }
area-days = { $first } bis { $last }, je { $from } bis { $to }
quiet-copy = Jeden Tag wie { $day }
quiet-clear = Leeren
quiet-none = Keine Ruhezeiten.
quiet-sum =
    { $n ->
        [one] { $n } Stunde in der Woche.
       *[other] { $n } Stunden in der Woche.
    }
quiet-add = Ruhezeit hinzufügen
quiet-drop = Diese Ruhezeit entfernen
quiet-days = Tage, an denen sie beginnt
quiet-from = von
quiet-to = bis
quiet-fault = Eine Zeit sieht aus wie 22:00.

## Einstellungen: die Reihenfolge von Konten und Regeln

move = { $name } verschieben, jetzt an Stelle { $n }
move-says = Verschieben: ziehen, oder Alt und Pfeile
move-first = Ganz nach oben
move-up = Nach oben
move-down = Nach unten
move-last = Ans Ende
moved = An Stelle { $n } verschoben

## Einstellungen: Regeln

rules = Regeln
rules-says = Von oben gelesen: die erste, die passt, entscheidet.
rules-none = Keine Regeln: jede neue Mail wird gemeldet.
rule-add = Regel hinzufügen
rule-new = Neue Regel
rule-edit = Regel bearbeiten
rule-name = Name
rule-sender = Absender
rule-subject = Betreff
rule-folder = Ordner
rule-account = Konto
rule-says = Ein Muster je Zeile. * steht für beliebigen Text, ? für ein Zeichen; zwischen Schrägstrichen ist es ein regulärer Ausdruck. Was leer ist, passt auf alles.
rule-then = Benachrichtigung
rule-privacy = Was sie zeigt
rule-hook = Auszuführender Befehl
rule-hook-says = Programm und Argumente, je eine Zeile; ohne Shell. Er bekommt die Mail als JSON.
rule-ends = Endet: { $time }
rule-idle = Sie bewirkt noch nichts: Wählen Sie eine Benachrichtigung, was sie zeigt, oder einen Befehl.
then-none = Den anderen Regeln überlassen
then-silent = Keine, aber gezählt
then-suppress = Weder gemeldet noch gezählt
then-vip = Auch während der Ruhe
then-notify = Wie üblich
rule-matches =
    { $n ->
        [0] Passt auf keine der letzten { $of } Mails
       *[other] Passt auf { $n } der letzten { $of } Mails
    }
rule-every = Jede Mail
rule-until = bis { $time }
rule-number = Regel { $n }
rule-enabled = { $name } beachten
rule-broken = Nicht beachtet: Zeile { $line } der Konfiguration
rule-remove-says = So wie sie dasteht, ist sie fehlerhaft; sie lässt sich danach nicht wiederherstellen.
rule-added = Regel hinzugefügt
rule-changed = Regel geändert
rule-removed = Regel entfernt

## Prüfungen: Einstellungen und `mailwrenctl doctor`

check-engine = Mailwren
check-config = Konfiguration
check-store = Speicher
check-keyring = Schlüsselbund
check-bus = Sitzungsbus
check-tray = Leiste
check-subscriptions = Abonnements
check-push = Push
