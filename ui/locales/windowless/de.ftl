## Benachrichtigungen und Leiste

mails-new =
    { $n ->
        [0] Postfächer geändert
        [one] 1 neue Mail
       *[other] { $n } neue Mails
    }
names-between = { ", " }
popup-new = Neue Mail
popup-mailbox = Postfach
popup-away = Während Sie weg waren: { $mails }
popup-pause = Während der Pause: { $mails }
popup-quiet = Während der Ruhezeit: { $mails }
popup-dnd = Während Sie nicht gestört wurden: { $mails }
popup-snoozed = Bis jetzt zurückgestellt: { $mails }
popup-muted = Stumm: { $who }
popup-muted-somebody = Absender stumm
popup-muted-says = Neue Mail von dort zählt weiter als ungelesen; sie wird nicht gemeldet.
popup-not-read = Nicht als gelesen markiert
popup-not-unread = Nicht als ungelesen markiert
popup-archived = Archiviert
popup-deleted = In den Papierkorb gelegt
popup-junk = Zu Spam gelegt
popup-not-archived = Nicht archiviert
popup-not-deleted = Nicht gelöscht
popup-not-junk = Nicht in den Spam-Ordner verschoben
popup-undone = { $what }: { $of }
popup-mails =
    { $n ->
        [one] 1 Mail
       *[other] { $n } Mails
    }
popup-open = Öffnen
popup-snooze = 1 Std. zurückstellen
popup-mute = Absender stumm
tray-title =
    { $n ->
        [0] Mailwren: nichts ungelesen
       *[other] Mailwren: { $n } ungelesen
    }
tray-none = Kein Konto ist eingerichtet
tray-more = und { $n } weitere
tray-account = { $label }: { $state }
tray-account-unread = { $label }: { $n } ungelesen, { $state }
tray-offline = { $state }, { $next }
tray-proof = Push belegt um { $time }
tray-proof-mailbox = Postfach erreicht um { $time }
tray-proof-both = { $push }, Mailserver erreicht um { $time }
tray-next-try = nächster Versuch um { $time }
tray-changed = { $what } ({ $account })
tray-open = Mailwren öffnen
tray-pause = Pause
tray-resume-until = Fortsetzen (Pause bis { $time })
tray-quit = Beenden
tray-time = { $day }, { $time }
weekday =
    { $n ->
        [1] Montag
        [2] Dienstag
        [3] Mittwoch
        [4] Donnerstag
        [5] Freitag
        [6] Samstag
       *[7] Sonntag
    }

## Prüfungen: Einstellungen und `mailwrenctl doctor`

doctor-failed =
    { $n ->
        [one] Eine Prüfung ist fehlgeschlagen; was zu tun ist, steht dabei.
       *[other] { $n } Prüfungen sind fehlgeschlagen; was zu tun ist, steht jeweils dabei.
    }

## Fehler von `mailwrenctl`

cli-not-yet = { $jid } geht noch nicht
cli-compare = Vergleichen Sie den Fingerabdruck mit dem Besitzer des Servers; `mailwrenctl account test` in einem Terminal kann ihn dann merken.
cli-no-password = es wurde kein Passwort angegeben
cli-no-further = { $jid } lässt sich nicht weiter untersuchen
cli-there = { $path } gibt es schon
cli-there-do = Wählen Sie einen anderen Namen, oder entfernen Sie die Datei.
cli-ended = Mailwren hat sich beendet
cli-not-all = nicht jedes Konto ließ sich fragen
cli-timeout = die mit --timeout gegebene Zeit ist um
cli-runtime = die Laufzeitumgebung startet nicht: { $why }
cli-output = die Standardausgabe lässt sich nicht schreiben: { $why }
cli-input = die Antwort lässt sich nicht lesen: { $why }
cli-signals = auf Signale lässt sich nicht hören: { $why }
cli-path = der Pfad muss UTF-8 sein
cli-demo = die Demo startet nicht: { $why }
cli-bridge-do = docs/bridge.md zeigt eine Konfiguration.
cli-not-understood =
    { $n ->
        [one] eine Eingabe war nicht zu verstehen
       *[other] { $n } Eingaben waren nicht zu verstehen
    }
cli-stdin = Standardeingabe
cli-not-json = die Standardeingabe ist kein JSON: { $why }
cli-not-event = das ist kein Ereignis: { $why }
cli-no-input = kein Ereignis auf der Standardeingabe
cli-no-input-do = Geben Sie eines, wie `mailwrenctl decode` oder `mailwrenctl watch --json` es ausgeben.
cli-publish-later = die Mail wird später gemeldet: das Senden lässt sich nicht starten: { $why }
cli-publish-cut = die Nachricht lässt sich nicht bis zum Ende lesen: { $why }
resident-unshown = Mailwren läuft schon, kann seinen Feed aber nicht zeigen: { $why }
resident-ended = Mailwren hat sich von selbst beendet; sein Protokoll sagt mehr
resident-no-windows = Es gibt keine Fenster: `mailwren-window`, das sie zeigt, ist nicht installiert. Es gehört zur Desktop-App `mailwren`. Symbol und Benachrichtigungen arbeiten.
app-no-display = es gibt keinen Bildschirm (weder WAYLAND_DISPLAY noch DISPLAY ist gesetzt); `mailwrenctl watch` kommt ohne aus

cli-when = sagen Sie hour, evening, tomorrow, monday oder eine Zeit wie 2030-01-31T08:00:00Z
cli-port = ein Port ist eine Zahl von 1 bis 65535
usage-argument = es gibt kein Argument { $argument }
usage-command = es gibt keinen Befehl { $command }
usage-no-command = es fehlt ein Befehl
usage-missing = es fehlt: { $arguments }
usage-conflict = { $argument } geht nicht zusammen mit { $other }
usage-twice = { $argument } geht nicht mehr als einmal
usage-value = „{ $value }“ ist kein Wert für { $argument }
usage-no-value = { $argument } braucht einen Wert
usage-surplus = „{ $value }“ ist ein Wert zu viel für { $argument }
usage-values = { $argument } braucht { $n } Werte, nicht { $given }
usage-utf8 = ein Argument ist nicht UTF-8
usage-number-do = Es braucht eine ganze Zahl.
usage-time-do = Eine Zeit sieht aus wie 2030-01-31T08:00:00Z.
usage-address-do = Eine Adresse sieht aus wie ich@example.org, die eines Dienstes wie pubsub.example.org.
usage-meant-do = Meinten Sie { $meant }?
usage-values-do = Eines von: { $values }
usage-line = Aufruf: { $usage }
usage-help-do = `--help` sagt mehr, auf Englisch.

## Was `mailwrenctl` sagt

cli-yes = ja
cli-no = nein
cli-passed = ok
cli-failed = FEHLER
cli-not-running = Mailwren läuft nicht; das hat es zuletzt gespeichert.
cli-account-proven = { $account }, { $proof }
cli-unproven = Push noch nicht belegt
cli-password = Passwort von { $of }:
cli-password-mailbox = Passwort des Postfachs von { $of }:
cli-account-added = { $jid } ist eingerichtet. Versuchen Sie `mailwrenctl account test { $jid }`.
cli-removed = { $jid } wurde entfernt.
cli-pin-compare = Vergleichen Sie den Fingerabdruck mit dem Besitzer des Servers, auf einem anderen Weg als dieser Verbindung.
cli-pin-ask = Dieses Zertifikat merken und von nun an keinem anderen trauen? Tippen Sie { $yes }:
cli-pinned = Gemerkt. Versuchen Sie noch einmal `mailwrenctl account test { $jid }`.
cli-exported = nach { $path } geschrieben; Passwörter sind nicht dabei
cli-imported = importiert
cli-imported-kept = importiert; was zuvor eingestellt war, steht in { $path }
cli-paused = Pause bis `mailwrenctl resume`
cli-changed = { $n } geändert
cli-taken-back = { $n } zurückgenommen
cli-muted = { $n } stumm
cli-rules-removed =
    { $n ->
        [one] eine Regel entfernt
       *[other] { $n } Regeln entfernt
    }
cli-row-changed = geändert
cli-row-token = geändert (Token { $token })
cli-row-gone = weg: { $item }
cli-row-emptied = geleert
cli-gone-since = weg seit { $time }
cli-no-reason = das wird nie durch eine Benachrichtigung gemeldet, oder eine frühere Version hat es gespeichert
cli-no-match = keine Regel passt
cli-rule-line = Zeile { $n }
cli-rule-or = { " oder " }
cli-rule-broken = fehlerhaft und nicht beachtet: { $why }
cli-sent = { $n } gesendet.
cli-still-waiting = { $sent } gesendet, { $left } warten noch
cli-tried =
    { $n ->
        [one] Einmal versucht, wieder um { $time }.
       *[other] { $n } Mal versucht, wieder um { $time }.
    }
cli-outbox-gone = eine Mail, die nicht mehr ungelesen ist
cli-unheard = Mailwren hört nicht darauf
cli-subscribed-by = durch { $jid }
cli-standing-unknown = unbekannt
cli-standing-unconfigured = Optionen sind noch zu wählen
cli-standing-none = nicht abonniert
cli-found-endpoint = Endpunkt
cli-found-rank = Priorität { $priority }, Gewicht { $weight }
cli-found-trusted = { $version }, Zertifikat vertraut
cli-found-pinned = { $version }, Zertifikat gemerkt
cli-found-mechanisms = Mechanismen
cli-found-bindings = Bindungen
cli-found-none = keine genannt
cli-found-service = Dienst
cli-found-node = Knoten
cli-found-access = Zugriff { $access }
cli-found-kind = Ereignisse als { $kind }
cli-found-unreadable = nicht lesbar
cli-bridge-listens = Horcht an { $listen }.
cli-bridge-good = In Ordnung: { $what }.
cli-bridge-good-listening = In Ordnung: { $what }; horcht an { $listen }.
cli-bridge-mailboxes =
    { $n ->
        [one] 1 Postfach
       *[other] { $n } Postfächer
    }
cli-bridge-provider = { $mailboxes } mit Namen, dazu die eines Anbieters, veröffentlicht von { $publisher }
demo-capture = MobileMe meldet, dass sich die Inbox geändert hat, wie im Jahr 2008
demo-writes = { $who } schreibt: { $what }
demo-read = Die Mail von { $who } wird auf dem Telefon gelesen
demo-atom = Die Liste des Chors veröffentlicht einen Atom-Eintrag
demo-dovecot = Die Push-Benachrichtigung von Dovecot, in JSON
