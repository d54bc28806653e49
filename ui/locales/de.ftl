## Zeiten

time-now = jetzt
time-minutes = { $n } min
time-stored = Gespeichert { $stored }
time-sent-stored = Gesendet { $sent }, gespeichert { $stored }
day-today = Heute
day-yesterday = Gestern
span-seconds = { $n } s
span-minutes = { $n } min
span-hours = { $n } h
span-days = { $n } d
millis = { $n } ms

## Wie es um die Konten steht

link-connected = verbunden
link-connecting = verbindet
link-offline = nicht erreichbar
link-error = braucht Sie
link-disabled = ausgeschaltet
link-partly = teils verbunden
standing-none = Kein Konto ist eingeschaltet
standing-connected =
    { $n ->
        [one] Verbunden
       *[other] Alle { $n } verbunden
    }
standing-partly = { $up } von { $n } verbunden
standing-error = Angehalten
standing-offline = Nicht erreichbar
standing-connecting = Verbindet
proof-none = noch nicht belegt
proof-none-of = { $label } noch nicht belegt
proof-one = Push belegt vor { $ago }
proof-both = { $push }, Mailserver erreicht vor { $ago }
proof-all = Push aller belegt binnen { $ago }
proof-mailbox = Postfach erreicht vor { $ago }
proof-all-mailboxes = jedes Postfach erreicht binnen { $ago }
proof-all-mixed = jedes belegt oder erreicht binnen { $ago }
proof-named = { $label }: { $what }
await-person = hält an, bis Sie nachsehen
await-try = nächster Versuch in { $left }
await-trying = versucht es gerade
why = Warum?
proof-each = Einzelheiten
why-more = Alles in der Diagnose
retry = Jetzt versuchen

## In beiden Fenstern

paused-open = Benachrichtigungen pausieren
paused-until = Benachrichtigungen pausieren bis { $time }
accounts = Konten
row-no-sender = Unbekannter Absender
row-no-subject = Ohne Betreff
row-changed = { $box } hat sich geändert
row-changed-only = Mehr sagt der Server nicht
row-unseen =
    { $n ->
        [0] Nichts Ungelesenes darin
        [one] Eine ungelesene darin
       *[other] { $n } ungelesene darin
    }
row-item-gone = Etwas hat { $box } verlassen
row-cleared = { $box } wurde geleert
row-closed = { $box } sendet keine Ereignisse mehr
failed-again = Erneut versuchen
keyring-note = Das Passwort kommt in den Schlüsselbund des Desktops, sonst nirgendwohin.
bar = Letzte Aktion
undo = Rückgängig
dismiss = Schließen
comma = { ", " }
semicolon = { "; " }
colon = { ": " }
nodes-count =
    { $n ->
        [one] Ein Knoten
       *[other] { $n } Knoten
    }
folders-count =
    { $n ->
        [one] Ein Ordner
       *[other] { $n } Ordner
    }
node-unknown = noch nicht gefragt
node-pending = wartet auf Zustimmung des Besitzers
node-refused = abgelehnt
node-closed = geschlossen
field-jid = XMPP-Adresse
fault-jid-empty = Geben Sie eine Adresse wie du@example.org ein.
fault-jid-resource = Lassen Sie den Teil nach dem Schrägstrich weg.
fault-jid-form = Eine Adresse sieht aus wie du@example.org.
fault-jid-taken = Dieses Konto gibt es schon.
fault-port = Ein Port ist eine Zahl von 1 bis 65535.
fault-host = Ein Port braucht einen Host.
fault-subscription = Ein Knoten braucht seinen Dienst und seinen Namen.
fault-notifiers = Eine Adresse je Zeile, ohne Leerzeichen.
fault-imap-host = Geben Sie den Mailserver ein, etwa imap.example.org.
fault-imap-folders = Mindestens ein Ordner, und jeder nur einmal.

## Feed: Kopf

feed-title = Eingegangene Mail
search = Suchen
search-label = Mail durchsuchen
search-clear = Suche leeren
filter-off = Filter
filter-on = Filter: an
filter-unread = Nur ungelesene
filter-folders-all = Alle Ordner
pause-label = Benachrichtigungen pausieren
pause-hour = Für eine Stunde
pause-tomorrow = Bis morgens um 7
pause-open = Bis ich fortsetze
pause-resume = Fortsetzen
menu = Menü
menu-all-read = Alle als gelesen markieren
menu-shown-read = Gezeigte als gelesen markieren
menu-settings = Einstellungen
menu-keys = Tastatur
close = Schließen
tab-all = Alle
unread-count = { $n } ungelesen
arrivals-caption = 24 h
arrivals-total =
    { $n ->
        [0] Keine Mail in den letzten 24 Stunden
        [one] Eine Mail in den letzten 24 Stunden
       *[other] { $n } Mails in den letzten 24 Stunden
    }
arrivals-hour = Stunde ab
arrivals-mails = Mails

## Feed: Liste

mail = Mail
fresh = { $n } neu
loading = Lädt
loading-older = Ältere Mail …
mark-read = Als gelesen markieren
mark-unread = Als ungelesen markieren
open-at = Öffnen bei { $host }
open-in = Öffnen in { $program }
open-mid = Öffnen im Mailprogramm
mail-program = Mailprogramm
select = Auswählen
unselect = Nicht auswählen
select-all = Alle auswählen
select-none = Auswahl aufheben
selected =
    { $n ->
        [0] Nichts ausgewählt
        [one] Eine ausgewählt
       *[other] { $n } ausgewählt
    }
selected-more = { $n } ausgewählt, weitere sind nicht geladen
selected-most = { $n } ausgewählt, mehr geht nicht auf einmal
only-from = { $who } suchen
only-in = Nur { $box }
row-menu = Was damit geschehen soll
away = Während Sie weg waren: { $n } Mails
away-who-more = { $names } und { $n } weitere
row-unread = Ungelesen
row-gone = Anderswo gelesen, verschoben oder gelöscht
row-replaced = Durch Neueres ersetzt
said-arrived =
    { $n ->
        [one] Neue Mail von { $latest }
       *[other] { $n } neue Mails, zuletzt von { $latest }
    }
said-found =
    { $n ->
        [0] Nichts gefunden
        [one] Eine Mail gefunden
       *[other] { $n } Mails gefunden
    }
said-found-more = Mehr als { $n } Mails gefunden

## Feed: nichts zu zeigen

failed-title = Die Mail lässt sich nicht lesen
none-found = Nichts gefunden für { $text }
none-found-how = Jedes Wort muss ein Wort aus Absender, Betreff, Text oder Ordner beginnen.
none-search-all = Alle Mail durchsuchen
none-unread = Nichts ungelesen
none-here = Hier ist nichts
none-show-all = Alle Mail zeigen
none-yet = Noch keine Mail
none-yet-listening = Mailwren hört zu. Was ab jetzt eingeht, erscheint hier.
none-yet-connecting = Sie erscheint hier, sobald ein Konto verbunden ist.

## Feed: erster Start

first-title = Wissen, wann Mail kommt.
first-title-2 = Sonst nichts offen halten.
first-lead = Melden Sie sich mit XMPP an, oder nur mit Ihrem Postfach. Den Rest findet Mailwren.
first-go = Weiter
first-hint = Am besten ein eigenes Konto, nicht das, mit dem Sie chatten.
first-mailbox = Ich habe nur ein Postfach (IMAP)
first-demo = Noch kein Konto? Die Demo spielt Server und Mail auf diesem Rechner.
first-demo-do = Demo ausprobieren
first-demo-started = Die Demo startet in einem eigenen Fenster.

## Feed: Leiste unten

bar-one-read = „{ $what }“ als gelesen markiert
bar-one-unread = „{ $what }“ als ungelesen markiert
bar-marked-read = { $n } als gelesen markiert
bar-marked-unread = { $n } als ungelesen markiert
bar-all-read-ask = Mehr als { $n } sind ungelesen: das Markieren lässt sich nicht rückgängig machen
bar-nothing-unread = Es war nichts ungelesen
bar-no-link = Dieses Ereignis hat keinen Link
bar-row-away = Diese Mail ist nicht mehr gespeichert

## Feed: Tastatur

keys-title = Tastatur
key-move = Weiter, zurück
key-open = Link öffnen
key-read = Gelesen, ungelesen
key-select = Auswählen
key-extend = Weiter auswählen
key-unfold = Gruppe auf- und zuklappen
key-menu = Was damit geschehen soll
key-undo = Rückgängig
key-search = Suchen
key-filter = Filter
key-unread = Nur ungelesene
key-account = Ein Konto
key-all = Alle Konten
key-top = Zur neuesten
key-end = Zur ältesten gezeigten
key-pause = Pausieren, fortsetzen
key-settings = Einstellungen
key-zoom = Größer, kleiner
key-zoom-none = Übliche Größe
key-escape = Suche leeren, dann schließen
cap-ctrl = Strg
cap-shift = Umschalt
cap-enter = Eingabe
cap-delete = Entf
cap-escape = Esc
close-box = Schließen

## Settings

move = { $name } verschieben, jetzt an Stelle { $n }
move-says = Verschieben: ziehen, oder Alt und Pfeile
move-first = Ganz nach oben
move-up = Nach oben
move-down = Nach unten
move-last = Ans Ende
moved = An Stelle { $n } verschoben
settings = Einstellungen
window-settings = Mailwren: Einstellungen
back = Zurück
cancel = Abbrechen
save = Speichern
test = Testen
testing = Testet …
account-add = Konto hinzufügen
account-added = Konto hinzugefügt
account-off = { $label } ist abgeschaltet
account-on = { $label } ist eingeschaltet
account-changed = { $label } ist geändert
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

## Settings: Kontoformular

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
pins = Vertraute Zertifikate
pin-drop = Diesem Zertifikat nicht mehr vertrauen
listen-to = Hört auf
field-pep = Eigener Mail-Knoten dieses Kontos (PEP)
node-service = Dienst von Knoten { $n }
node-node = Name von Knoten { $n }
node-drop = Knoten { $n } entfernen
node-add = Knoten hinzufügen
field-notifiers = Adressen, deren Nachrichten als Mail gelten, eine je Zeile (Sieve notify)
mailbox = Postfach (IMAP)
mailbox-says = Aus einem Ereignis, das nur „geändert“ sagt, wird, wer worüber schrieb; Archivieren und Löschen brauchen keine Brücke.
field-imap-host = Mailserver
field-imap-user = Benutzer, wenn nicht die Adresse
field-imap-password = Passwort des Postfachs
field-imap-folders = Beobachtete Ordner, einer je Zeile

## Settings: Test

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

## Settings: entfernen

remove-title = { $jid } entfernen?
remove-says = Mailwren hört nicht mehr darauf. Auf dem Server ändert sich nichts.
remove-says-keyring = Mailwren hört nicht mehr darauf, und das Passwort verlässt den Schlüsselbund. Auf dem Server ändert sich nichts.
remove-forget = Auch die gespeicherten Ereignisse entfernen
remove-forget-yes = Sie lassen sich nicht zurückholen.
remove-forget-no = Sie bleiben im Feed und lassen sich suchen.
remove-do = Entfernen

## Settings: über

about-what = Sagt Ihnen, sobald Mail eingeht: über XMPP oder aus dem Postfach selbst.
about-license = Freie Software unter der MIT- oder der Apache-2.0-Lizenz, wie Sie mögen.

## Settings: Allgemein

general = Allgemein
start = Bei der Anmeldung starten
start-says = In der Leiste dieses Desktops, für diese Person.
start-hidden = Ohne Fenster
start-hidden-says = Ausgeschaltet öffnet sich bei der Anmeldung der Feed.
language = Sprache
language-says = Von Fenstern, Leiste, Benachrichtigungen und Befehlen.
language-system = Wie der Desktop
theme = Erscheinungsbild
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
preference-changed = { $what }: geändert

## Settings: Diagnose

log = Das Ende des Protokolls
log-none = Nichts ist protokolliert
log-lines =
    { $n ->
        [one] Wird mitkopiert: die letzte Zeile des Protokolls
       *[other] Wird mitkopiert: die letzten { $n } Zeilen des Protokolls
    }
log-says = Adressen, Server, Personen und der persönliche Ordner heißen hier anders. Namen von Mailordnern und Regeln, und was Server sagten, bleiben, wie sie sind.
diagnosis = Diagnose
problems = Was nicht stimmt
checks = Verbindungen
checks-do = Jetzt prüfen
report = Bericht
report-says = Für alle, die Ihnen helfen. Er nennt Konten und Server; Passwörter und Mail stehen nicht darin.
report-copy = Kopieren
report-copied = Bericht kopiert
report-selected = Der Bericht ist ausgewählt: mit Strg C kopieren

## Zurückstellen, stummschalten, und warum

archive = Archivieren
delete = Löschen
junk = Spam
row-moved = Archiviert, gelöscht oder zum Spam verschoben
bar-archived =
    { $n ->
        [one] Archiviert
       *[other] { $n } archiviert
    }
bar-deleted =
    { $n ->
        [one] In den Papierkorb verschoben
       *[other] { $n } in den Papierkorb verschoben
    }
bar-junked =
    { $n ->
        [one] Zum Spam verschoben
       *[other] { $n } zum Spam verschoben
    }
bar-no-bridge = Von hier reicht nichts in dieses Postfach: Das braucht einen IMAP-Zugang, unter Konten oder durch eine Brücke
snooze = Zurückstellen
mute = { $who } stummschalten
mute-label = Keine Benachrichtigungen von diesem Absender
mute-evening = Bis heute Abend
mute-tomorrow = Bis morgen früh
mute-good = Für immer
later-hour = Für eine Stunde
later-evening = Bis heute Abend
later-tomorrow = Bis morgen früh
later-monday = Bis Montag
later-never = Nicht zurückstellen
row-later = zurückgestellt bis { $time }
bar-snoozed =
    { $n ->
        [one] Zurückgestellt
       *[other] { $n } zurückgestellt
    }
bar-unsnoozed =
    { $n ->
        [one] Nicht mehr zurückgestellt
       *[other] { $n } nicht mehr zurückgestellt
    }
bar-muted = Keine Benachrichtigungen mehr von { $who }
key-mute = Absender stummschalten
key-explain = Warum so gemeldet wurde
hush-quiet = Ruhezeit bis { $time }
hush-dnd = Der Desktop soll nicht gestört werden
reason = { $outcome }: { $cause }
reason-sender = { $outcome }: { $cause }; nach einer Regel nur mit dem Absender
reason-count = { $outcome }: { $cause }; nach einer Regel nur, dass etwas kam
reason-unknown = Wie das gemeldet wurde, ist nicht mehr bekannt
outcome-notify = Benachrichtigt
outcome-silent = Nicht benachrichtigt
outcome-suppress = Weder gemeldet noch gezählt
outcome-group = Mit anderen zusammen gemeldet
cause-usual = wie üblich
cause-rule = Regel { $rule }
cause-vip = VIP nach Regel { $rule }
cause-paused = pausiert
cause-paused-until = pausiert bis { $time }
cause-quiet = Ruhezeit bis { $time }
cause-dnd = der Desktop sollte nicht gestört werden
cause-first = sie war schon da, als das Postfach zum ersten Mal gesehen wurde
cause-headless = sie kam, als kein Desktop da war
cause-before = sie war schon gemeldet
cause-burst = viele kamen auf einmal
cause-away = sie kam, während Sie weg waren
cause-after = sie kam während der Ruhe
cause-snoozed = sie war zurückgestellt

## Settings: Benachrichtigungen

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
group = Viele auf einmal
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

## Settings: Regeln

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

check-system = Dieser Rechner
check-engine = Mailwren
check-config = Konfiguration
check-store = Speicher
check-keyring = Schlüsselbund
check-bus = Sitzungsbus
check-tray = Leiste
check-subscriptions = Abonnements
check-push = Push
problem-dismiss = Verstanden
