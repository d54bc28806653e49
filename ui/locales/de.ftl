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
standing-detached = Wartet auf Mailwren
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
why-more = Alles in der Diagnose
retry = Jetzt versuchen

## Feed: Kopf

feed-title = Eingegangene Mail
search = Suchen
search-label = Mail durchsuchen
filter-off = Filter
filter-on = Filter: an
filter-unread = Nur ungelesene
filter-folders-all = Alle Ordner
pause-label = Benachrichtigungen pausieren
pause-hour = Für eine Stunde
pause-tomorrow = Bis morgens um 7
pause-open = Bis ich fortsetze
pause-resume = Fortsetzen
paused-open = Benachrichtigungen pausieren
paused-until = Benachrichtigungen pausieren bis { $time }
menu = Menü
menu-all-read = Alle als gelesen markieren
menu-shown-read = Gezeigte als gelesen markieren
menu-settings = Einstellungen
menu-keys = Tastatur
close = Schließen
accounts = Konten
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
select = Auswählen
unselect = Nicht auswählen
select-none = Auswahl aufheben
selected =
    { $n ->
        [0] Nichts ausgewählt
        [one] Eine ausgewählt
       *[other] { $n } ausgewählt
    }
only-from = { $who } suchen
only-in = Nur { $box }
row-menu = Was damit geschehen soll
away = Während Sie weg waren: { $n } Mails
away-who-more = { $names } und { $n } weitere
row-unread = Ungelesen
row-gone = Anderswo gelesen, verschoben oder gelöscht
row-replaced = Durch Neueres ersetzt
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
said-arrived =
    { $n ->
        [one] Neue Mail von { $latest }
       *[other] { $n } neue Mails, zuletzt von { $latest }
    }

## Feed: nichts zu zeigen

failed-title = Die Mail lässt sich nicht lesen
failed-again = Erneut versuchen
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
keyring-note = Das Passwort kommt in den Schlüsselbund des Desktops, sonst nirgendwohin.

## Feed: Leiste unten

bar = Letzte Aktion
bar-one-read = „{ $what }“ als gelesen markiert
bar-one-unread = „{ $what }“ als ungelesen markiert
bar-marked-read = { $n } als gelesen markiert
bar-marked-unread = { $n } als ungelesen markiert
bar-nothing-unread = Es war nichts ungelesen
bar-no-link = Dieses Ereignis hat keinen Link
bar-row-away = Diese Mail ist nicht mehr gespeichert
undo = Rückgängig
dismiss = Schließen

## Tastatur

keys-title = Tastatur
key-move = Weiter, zurück
key-open = Link öffnen
key-read = Gelesen, ungelesen
key-select = Auswählen
key-extend = Weiter auswählen
key-select-all = Alle auswählen
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
key-escape = Suche leeren, dann schließen
close-box = Schließen

## Einstellungen

settings = Einstellungen
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

## Einstellungen: Kontoformular

field-jid = XMPP-Adresse
pins = Vertraute Zertifikate
mailbox = Postfach (IMAP)
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

## Einstellungen: Allgemein

theme = Erscheinungsbild

## Einstellungen: Diagnose

diagnosis = Diagnose

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

## Einstellungen: Benachrichtigungen

group = Viele auf einmal

## Prüfungen: Einstellungen und `mailwrenctl doctor`

problem-dismiss = Verstanden
