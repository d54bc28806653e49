## الأوقات

time-now = الآن
time-minutes = { $n } د
time-stored = حُفظت { $stored }
time-sent-stored = أُرسلت { $sent }، وحُفظت { $stored }
day-today = اليوم
day-yesterday = أمس
span-seconds = { $n } ث
span-minutes = { $n } د
span-hours = { $n } س
span-days =
    { $n ->
        [one] يوم
        [two] يومين
        [few] { $n } أيام
       *[other] { $n } يومًا
    }
millis = { $n } م.ث

## حال الحسابات

link-connected = متصل
link-connecting = يتصل
link-offline = غير متصل
link-error = يحتاج إليك
link-disabled = موقوف
link-partly = متصل جزئيًا
standing-none = لا حساب مفعّلًا
standing-connected =
    { $n ->
        [one] متصل
        [two] كلا الحسابين متصل
       *[other] كل الحسابات متصلة ({ $n })
    }
standing-partly = { $up } من { $n } متصل
standing-error = متوقف
standing-offline = غير متصل
standing-connecting = يتصل
standing-detached = في انتظار Mailwren
proof-none = لم يثبت الوصول بعد
proof-none-of = { $label }: لم يثبت الوصول بعد
proof-one = ثبت الوصول قبل { $ago }
proof-both = { $push }، وجرى الوصول إلى خادم البريد قبل { $ago }
proof-all = ثبت وصول كلٍّ منها خلال { $ago }
proof-mailbox = جرى الوصول إلى صندوق البريد قبل { $ago }
proof-all-mailboxes = جرى الوصول إلى كل صندوق خلال { $ago }
proof-all-mixed = ثبت كلٌّ منها أو جرى الوصول إليه خلال { $ago }
proof-named = { $label }: { $what }
await-person = متوقف إلى أن تنظر فيه
await-try = المحاولة التالية بعد { $left }
await-trying = يحاول الآن
why = لماذا؟
why-more = التفاصيل كلها في التشخيص
retry = حاول الآن

## القائمة: الرأس

feed-title = البريد الواصل
search = بحث
search-label = البحث في البريد
filter-off = تصفية
filter-on = تصفية: مفعّلة
filter-unread = غير المقروء فقط
filter-folders-all = كل المجلدات
pause-label = إيقاف الإشعارات مؤقتًا
pause-hour = لمدة ساعة
pause-tomorrow = حتى السابعة صباحًا
pause-open = حتى أستأنفها
pause-resume = استئناف
paused-open = الإشعارات متوقفة مؤقتًا
paused-until = الإشعارات متوقفة حتى { $time }
menu = القائمة
menu-all-read = اعتبار الكل مقروءًا
menu-shown-read = اعتبار المعروض مقروءًا
menu-settings = الإعدادات
menu-keys = لوحة المفاتيح
close = إغلاق
accounts = الحسابات
tab-all = الكل
unread-count = { $n } غير مقروء
arrivals-caption = 24 س
arrivals-total =
    { $n ->
        [zero] لا بريد في آخر 24 ساعة
        [one] رسالة واحدة في آخر 24 ساعة
        [two] رسالتان في آخر 24 ساعة
        [few] { $n } رسائل في آخر 24 ساعة
       *[other] { $n } رسالة في آخر 24 ساعة
    }
arrivals-hour = الساعة من
arrivals-mails = الرسائل

## القائمة: الرسائل

mail = البريد
fresh = { $n } جديد
loading = جارٍ التحميل
loading-older = بريد أقدم …
mark-read = اعتبارها مقروءة
mark-unread = اعتبارها غير مقروءة
open-at = الفتح في { $host }
select = تحديد
unselect = إلغاء تحديدها
select-none = إلغاء كل التحديد
selected =
    { $n ->
        [zero] لم يُحدَّد شيء
        [one] حُدّدت واحدة
        [two] حُدّدت اثنتان
       *[other] المحدَّد: { $n }
    }
only-from = البحث عن { $who }
only-in = { $box } فقط
row-menu = ما يُفعل بها
away =
    { $n ->
        [few] في غيابك: { $n } رسائل
       *[other] في غيابك: { $n } رسالة
    }
away-who-more = { $names } و{ $n } آخرون
row-unread = غير مقروءة
row-gone = قُرئت أو نُقلت أو حُذفت في مكان آخر
row-replaced = حلّت محلها أحدث منها
row-no-sender = مرسِل مجهول
row-no-subject = بلا موضوع
row-changed = تغيّر { $box }
row-changed-only = لا يقول الخادم أكثر من ذلك
row-unseen =
    { $n ->
        [zero] كل ما فيه مقروء
        [one] فيه رسالة غير مقروءة
        [two] فيه رسالتان غير مقروءتين
        [few] فيه { $n } رسائل غير مقروءة
       *[other] فيه { $n } رسالة غير مقروءة
    }
row-item-gone = غادر شيء { $box }
row-cleared = أُفرغ { $box }
row-closed = لم يعد { $box } يرسل أحداثًا
said-arrived =
    { $n ->
        [one] بريد جديد من { $latest }
        [two] رسالتان جديدتان، آخرهما من { $latest }
        [few] { $n } رسائل جديدة، آخرها من { $latest }
       *[other] { $n } رسالة جديدة، آخرها من { $latest }
    }

## القائمة: لا شيء يُعرض

failed-title = تعذّرت قراءة البريد
failed-again = حاول مجددًا
none-found = لم يُعثر على { $text }
none-found-how = يجب أن تبدأ كل كلمة كلمةً في المرسِل أو الموضوع أو النص أو المجلد.
none-search-all = البحث في كل البريد
none-unread = لا شيء غير مقروء
none-here = لا شيء هنا
none-show-all = عرض كل البريد
none-yet = لا بريد بعد
none-yet-listening = ‏Mailwren يُصغي. ما يصل من الآن يظهر هنا.
none-yet-connecting = سيظهر هنا حين يتصل أحد الحسابات.

## القائمة: أول تشغيل

first-title = اعرف متى يصل البريد.
first-title-2 = ولا تُبقِ شيئًا آخر مفتوحًا.
first-lead = سجّل الدخول بـ XMPP، أو بصندوق بريدك وحده، ويجد Mailwren الباقي.
first-go = متابعة
first-hint = الأفضل حساب خاص به، غير الذي تحادث به.
first-mailbox = ليس لدي إلا صندوق بريد (IMAP)
first-demo = لا حساب لديك؟ يحاكي العرض خادمًا وبريدًا على هذا الحاسوب.
first-demo-do = جرّب العرض
first-demo-started = يبدأ العرض في نافذة خاصة به.
keyring-note = تُحفظ كلمة السر في حلقة مفاتيح سطح المكتب، لا في غيرها.

## القائمة: الشريط السفلي

bar = آخر إجراء
bar-one-read = صارت «{ $what }» مقروءة
bar-one-unread = صارت «{ $what }» غير مقروءة
bar-marked-read = صار { $n } مقروءًا
bar-marked-unread = صار { $n } غير مقروء
bar-nothing-unread = لم يكن شيء غير مقروء
bar-no-link = لا رابط لهذا الحدث
bar-row-away = لم تعد هذه الرسالة محفوظة
undo = تراجع
dismiss = إغلاق

## لوحة المفاتيح

keys-title = لوحة المفاتيح
key-move = التالية والسابقة
key-open = فتح الرابط
key-read = مقروءة، غير مقروءة
key-select = تحديد
key-extend = متابعة التحديد
key-select-all = تحديد الكل
key-unfold = بسط المجموعة وطيّها
key-menu = ما يُفعل بها
key-undo = تراجع
key-search = بحث
key-filter = تصفية
key-unread = غير المقروء فقط
key-account = حساب واحد
key-all = كل الحسابات
key-top = إلى الأحدث
key-end = إلى أقدم المعروض
key-pause = إيقاف مؤقت، استئناف
key-settings = الإعدادات
key-escape = مسح البحث، ثم الإغلاق
close-box = إغلاق

## الإعدادات

settings = الإعدادات
nodes-count =
    { $n ->
        [one] عقدة واحدة
        [two] عقدتان
        [few] { $n } عقد
       *[other] { $n } عقدة
    }
folders-count =
    { $n ->
        [one] مجلد واحد
        [two] مجلدان
        [few] { $n } مجلدات
       *[other] { $n } مجلدًا
    }
node-unknown = لم تُسأل بعد
node-pending = تنتظر موافقة صاحبها
node-refused = مرفوضة
node-closed = مغلقة

## الإعدادات: نموذج الحساب

field-jid = عنوان XMPP
pins = شهادات موثوق بها
mailbox = صندوق البريد (IMAP)
fault-jid-empty = أدخل عنوانًا مثل you@example.org.
fault-jid-resource = احذف ما بعد الشرطة المائلة.
fault-jid-form = يبدو العنوان مثل you@example.org.
fault-jid-taken = هذا الحساب موجود.
fault-port = المنفذ عدد من 1 إلى 65535.
fault-host = لا بد للمنفذ من مضيف.
fault-subscription = لا بد للعقدة من خدمة واسم.
fault-notifiers = عنوان في كل سطر، بلا فراغات.
fault-imap-host = أدخل خادم البريد، مثل imap.example.org.
fault-imap-folders = مجلد واحد على الأقل، وكلٌّ مرة واحدة فقط.

## الإعدادات: عام

theme = المظهر

## الإعدادات: التشخيص

diagnosis = التشخيص

## التأجيل والكتم والأسباب

archive = أرشفة
delete = حذف
junk = بريد مزعج
row-moved = أُرشفت أو حُذفت أو نُقلت إلى البريد المزعج
bar-archived =
    { $n ->
        [one] أُرشفت
        [two] أُرشفت رسالتان
        [few] أُرشفت { $n } رسائل
       *[other] أُرشفت { $n } رسالة
    }
bar-deleted =
    { $n ->
        [one] نُقلت إلى المهملات
        [two] نُقلت رسالتان إلى المهملات
        [few] نُقلت { $n } رسائل إلى المهملات
       *[other] نُقلت { $n } رسالة إلى المهملات
    }
bar-junked =
    { $n ->
        [one] نُقلت إلى البريد المزعج
        [two] نُقلت رسالتان إلى البريد المزعج
        [few] نُقلت { $n } رسائل إلى البريد المزعج
       *[other] نُقلت { $n } رسالة إلى البريد المزعج
    }
bar-no-bridge = لا شيء يصل إلى صندوق البريد هذا من هنا: يلزم وصول IMAP، من الحسابات أو عبر جسر
snooze = تأجيل
mute = كتم { $who }
mute-label = لا إشعارات من هذا المرسِل
mute-evening = حتى هذا المساء
mute-tomorrow = حتى صباح الغد
mute-good = دائمًا
later-hour = لمدة ساعة
later-evening = حتى هذا المساء
later-tomorrow = حتى صباح الغد
later-monday = حتى الاثنين
later-never = عدم التأجيل
row-later = مؤجلة حتى { $time }
bar-snoozed =
    { $n ->
        [one] أُجّلت
        [two] أُجّلت رسالتان
        [few] أُجّلت { $n } رسائل
       *[other] أُجّلت { $n } رسالة
    }
bar-unsnoozed =
    { $n ->
        [one] لم تعد مؤجلة
        [two] رسالتان لم تعودا مؤجلتين
        [few] { $n } رسائل لم تعد مؤجلة
       *[other] { $n } رسالة لم تعد مؤجلة
    }
bar-muted = لا مزيد من الإشعارات من { $who }
key-mute = كتم المرسِل
key-explain = لماذا أُبلغ عنها هكذا
hush-quiet = ساعات هدوء حتى { $time }
hush-dnd = سطح المكتب في وضع عدم الإزعاج
reason = { $outcome }: { $cause }
reason-sender = { $outcome }: { $cause }؛ بحسب قاعدة: المرسِل فقط
reason-count = { $outcome }: { $cause }؛ بحسب قاعدة: الوصول فقط
reason-unknown = لم يعد معروفًا كيف أُبلغ عنها
outcome-notify = أُبلغ عنها بإشعار
outcome-silent = بلا إشعار
outcome-suppress = لم يُبلغ عنها ولم تُعدّ
outcome-group = أُبلغ عنها مع غيرها
cause-usual = كالمعتاد
cause-rule = القاعدة { $rule }
cause-vip = مهمة بحسب القاعدة { $rule }
cause-paused = الإشعارات متوقفة
cause-paused-until = الإشعارات متوقفة حتى { $time }
cause-quiet = ساعات هدوء حتى { $time }
cause-dnd = كان سطح المكتب في وضع عدم الإزعاج
cause-first = كانت هناك حين رُئي الصندوق أول مرة
cause-headless = وصلت وليس هناك سطح مكتب
cause-before = أُبلغ عنها من قبل
cause-burst = وصل الكثير دفعة واحدة
cause-away = وصلت في غيابك
cause-after = وصلت أثناء الهدوء
cause-snoozed = كانت مؤجلة

## الإعدادات: الإشعارات

group = الكثير دفعة واحدة

## الفحوص: الإعدادات و`mailwrenctl doctor`

problem-dismiss = فهمت
