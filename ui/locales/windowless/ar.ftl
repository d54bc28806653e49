## الإشعارات وشريط النظام

mails-new =
    { $n ->
        [0] تغيّرت صناديق بريد
        [one] رسالة جديدة
        [two] رسالتان جديدتان
        [few] { $n } رسائل جديدة
       *[other] { $n } رسالة جديدة
    }
names-between = { "، " }
popup-new = بريد جديد
popup-mailbox = صندوق البريد
popup-away = أثناء غيابك: { $mails }
popup-pause = أثناء الإيقاف المؤقت: { $mails }
popup-quiet = أثناء ساعات الهدوء: { $mails }
popup-dnd = أثناء عدم الإزعاج: { $mails }
popup-snoozed = كان مؤجلًا حتى الآن: { $mails }
popup-muted = كُتم: { $who }
popup-muted-somebody = كُتم المرسِل
popup-muted-says = يظل البريد الجديد منه محسوبًا غير مقروء، لكن بلا إشعار.
popup-not-read = لم تُعلَّم مقروءة
popup-not-unread = لم تُعلَّم غير مقروءة
popup-archived = تمت الأرشفة
popup-deleted = نُقلت إلى المهملات
popup-junk = نُقلت إلى البريد المزعج
popup-not-archived = لم تؤرشف
popup-not-deleted = لم تحذف
popup-not-junk = لم تنقل إلى البريد المزعج
popup-undone = { $what }: { $of }
popup-mails =
    { $n ->
        [zero] لا رسائل
        [one] رسالة واحدة
        [two] رسالتان
        [few] { $n } رسائل
        [many] { $n } رسالة
       *[other] { $n } رسالة
    }
popup-open = فتح
popup-snooze = تأجيل ساعة
popup-mute = كتم المرسِل
tray-title =
    { $n ->
        [0] Mailwren: لا شيء غير مقروء
       *[other] Mailwren: { $n } غير مقروء
    }
tray-none = لم يُعَدّ أي حساب
tray-more = و{ $n } أخرى
tray-account = { $label }: { $state }
tray-account-unread = { $label }: { $n } غير مقروء، { $state }
tray-offline = { $state }، { $next }
tray-proof = ثبت الوصول الساعة { $time }
tray-proof-mailbox = جرى الوصول إلى صندوق البريد الساعة { $time }
tray-proof-both = { $push }، وجرى الوصول إلى خادم البريد الساعة { $time }
tray-next-try = المحاولة التالية الساعة { $time }
tray-changed = { $what } ({ $account })
tray-open = فتح Mailwren
tray-pause = إيقاف مؤقت
tray-resume-until = استئناف (متوقف حتى { $time })
tray-quit = إنهاء
tray-time = { $day }، { $time }
weekday =
    { $n ->
        [1] الاثنين
        [2] الثلاثاء
        [3] الأربعاء
        [4] الخميس
        [5] الجمعة
        [6] السبت
       *[7] الأحد
    }

## الفحوص: الإعدادات و`mailwrenctl doctor`

doctor-failed =
    { $n ->
        [one] فشل فحص واحد؛ وما ينبغي فعله مذكور معه.
        [two] فشل فحصان؛ وما ينبغي فعله مذكور مع كل منهما.
        [few] فشلت { $n } فحوص؛ وما ينبغي فعله مذكور مع كل منها.
       *[other] فشل { $n } فحصًا؛ وما ينبغي فعله مذكور مع كل منها.
    }

## أخطاء `mailwrenctl`

cli-not-yet = { $jid } لا يعمل بعد
cli-compare = قارن البصمة بما عند صاحب الخادم؛ يستطيع `mailwrenctl account test` في طرفية أن يثبّتها بعد ذلك.
cli-no-password = لم تُعطَ كلمة سر
cli-no-further = لا يمكن فحص { $jid } أبعد من ذلك
cli-there = { $path } موجود بالفعل
cli-there-do = اختر اسمًا آخر، أو أزله.
cli-ended = انتهى المحرك
cli-not-all = تعذّر سؤال كل الحسابات
cli-timeout = انقضى الوقت المحدد بالخيار --timeout
cli-runtime = تعذّر بدء بيئة التشغيل: { $why }
cli-output = تعذّرت الكتابة إلى الخرج القياسي: { $why }
cli-input = تعذّرت قراءة الجواب: { $why }
cli-signals = تعذّر الاستماع إلى الإشارات: { $why }
cli-path = يجب أن يكون المسار UTF-8
cli-demo = تعذّر بدء العرض التجريبي: { $why }
cli-bridge-do = يعرض docs/bridge.md إعدادًا.
cli-not-understood =
    { $n ->
        [one] تعذّر فهم مدخل واحد
        [two] تعذّر فهم مدخلين
        [few] تعذّر فهم { $n } مدخلات
       *[other] تعذّر فهم { $n } مدخلًا
    }
cli-stdin = الدخل القياسي
cli-not-json = الدخل القياسي ليس JSON: { $why }
cli-not-event = ليس هذا حدثًا: { $why }
cli-no-input = لا حدث على الدخل القياسي
cli-no-input-do = أعطِ واحدًا كما يطبعه `mailwrenctl decode` أو `mailwrenctl watch --json`.
cli-publish-later = يُخبَر عن الرسالة لاحقًا: تعذّر بدء الإرسال: { $why }
cli-publish-cut = تعذّرت قراءة الرسالة إلى آخرها: { $why }
resident-unshown = ‏Mailwren يعمل بالفعل، لكنه لا يستطيع عرض قائمته: { $why }
resident-ended = انتهى المحرك من تلقاء نفسه؛ وفي سجله المزيد
resident-no-windows = لا توجد نوافذ: البرنامج `mailwren-window` الذي يعرضها غير مثبَّت. يأتي مع تطبيق سطح المكتب `mailwren`. تعمل الأيقونة والإشعارات.
app-no-display = لا توجد شاشة (لم يُضبط WAYLAND_DISPLAY ولا DISPLAY)؛ يعمل `mailwrenctl watch` بلا شاشة

cli-when = اكتب hour أو evening أو tomorrow أو monday، أو وقتًا مثل 2030-01-31T08:00:00Z
cli-port = المنفذ عدد من 1 إلى 65535
usage-argument = لا يوجد معامل { $argument }
usage-command = لا يوجد أمر { $command }
usage-no-command = ينقص أمر
usage-missing = ينقص: { $arguments }
usage-conflict = لا يجتمع { $argument } مع { $other }
usage-twice = لا يُعطى { $argument } أكثر من مرة
usage-value = «{ $value }» ليس قيمة لـ { $argument }
usage-no-value = يحتاج { $argument } إلى قيمة
usage-surplus = «{ $value }» قيمة زائدة لـ { $argument }
usage-values = يحتاج { $argument } إلى { $n } من القيم، لا { $given }
usage-utf8 = أحد المعاملات ليس UTF-8
usage-number-do = يلزم عدد صحيح.
usage-time-do = يبدو الوقت مثل 2030-01-31T08:00:00Z.
usage-address-do = يبدو العنوان مثل me@example.org، وعنوان الخدمة مثل pubsub.example.org.
usage-meant-do = أتقصد { $meant }؟
usage-values-do = واحد من: { $values }
usage-line = الاستعمال: { $usage }
usage-help-do = يقول `--help` المزيد بالإنكليزية.

## ما يقوله `mailwrenctl`

cli-yes = نعم
cli-no = لا
cli-passed = نجح
cli-failed = فشل
cli-not-running = ‏Mailwren لا يعمل؛ هذا آخر ما حفظه.
cli-account-proven = { $account }، { $proof }
cli-unproven = لم يثبت الدفع بعد
cli-password = كلمة سر { $of }:
cli-password-mailbox = كلمة سر صندوق بريد { $of }:
cli-account-added = أُعدّ { $jid }. جرّبه بالأمر `mailwrenctl account test { $jid }`.
cli-removed = أُزيل { $jid }.
cli-pin-compare = قارن البصمة بما عند صاحب الخادم بطريق غير هذا الاتصال.
cli-pin-ask = أتُثبَّت هذه الشهادة ولا يوثق بغيرها من الآن؟ اكتب { $yes }:
cli-pinned = ثُبّتت. أعد التجربة بالأمر `mailwrenctl account test { $jid }`.
cli-exported = كُتب في { $path }؛ وليس فيه كلمات سر
cli-imported = تم الاستيراد
cli-imported-kept = تم الاستيراد؛ وما كان مضبوطًا من قبل في { $path }
cli-paused = متوقف حتى `mailwrenctl resume`
cli-changed = غُيّر { $n }
cli-taken-back = تُراجع عن { $n }
cli-muted = كُتم { $n }
cli-rules-removed =
    { $n ->
        [one] أُزيلت قاعدة واحدة
        [two] أُزيلت قاعدتان
        [few] أُزيلت { $n } قواعد
       *[other] أُزيلت { $n } قاعدة
    }
cli-row-changed = تغيّر
cli-row-token = تغيّر (الرمز { $token })
cli-row-gone = ذهب: { $item }
cli-row-emptied = أُفرغ
cli-gone-since = غائب منذ { $time }
cli-no-reason = لا يُخبَر عنه بإشعار أبدًا، أو حفظه إصدار سابق
cli-no-match = لا تنطبق قاعدة
cli-rule-line = السطر { $n }
cli-rule-or = { " أو " }
cli-rule-broken = معيبة فلا تُراعى: { $why }
cli-sent = أُرسل { $n }.
cli-still-waiting = أُرسل { $sent }، وما زال { $left } ينتظر
cli-tried =
    { $n ->
        [one] حوول مرة، والتالية عند { $time }.
        [two] حوول مرتين، والتالية عند { $time }.
        [few] حوول { $n } مرات، والتالية عند { $time }.
       *[other] حوول { $n } مرة، والتالية عند { $time }.
    }
cli-outbox-gone = رسالة لم تعد غير مقروءة
cli-unheard = لا يصغي إليها Mailwren
cli-subscribed-by = بواسطة { $jid }
cli-standing-unknown = غير معروف
cli-standing-unconfigured = يريد اختيار خيارات
cli-standing-none = غير مشترك
cli-found-endpoint = نقطة الاتصال
cli-found-rank = الأولوية { $priority }، الوزن { $weight }
cli-found-trusted = { $version }، شهادة موثوقة
cli-found-pinned = { $version }، شهادة مثبّتة
cli-found-mechanisms = الآليات
cli-found-bindings = الارتباطات
cli-found-none = لم يُذكر شيء
cli-found-service = خدمة
cli-found-node = عقدة
cli-found-access = الوصول { $access }
cli-found-kind = أحداث بصفة { $kind }
cli-found-unreadable = غير مقروءة
cli-bridge-listens = يستمع عند { $listen }.
cli-bridge-good = سليم: { $what }.
cli-bridge-good-listening = سليم: { $what }، ويستمع عند { $listen }.
cli-bridge-mailboxes =
    { $n ->
        [zero] لا صناديق بريد
        [one] صندوق بريد واحد
        [two] صندوقا بريد
        [few] { $n } صناديق بريد
       *[other] { $n } صندوق بريد
    }
cli-bridge-provider = { $mailboxes } بالاسم، وصناديق مزوّد ينشرها { $publisher }
demo-capture = يقول MobileMe إن صندوق الوارد تغيّر، كما في عام 2008
demo-writes = كتب { $who }: { $what }
demo-read = تُقرأ رسالة { $who } على الهاتف
demo-atom = تنشر قائمة الجوقة مدخلة Atom
demo-dovecot = إشعار الدفع من Dovecot، بصيغة JSON
