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
proof-each = التفاصيل
why-more = التفاصيل كلها في التشخيص
retry = حاول الآن

## في النافذتين

paused-open = الإشعارات متوقفة مؤقتًا
paused-until = الإشعارات متوقفة حتى { $time }
accounts = الحسابات
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
failed-again = حاول مجددًا
keyring-note = تُحفظ كلمة السر في حلقة مفاتيح سطح المكتب، لا في غيرها.
bar = آخر إجراء
undo = تراجع
dismiss = إغلاق
comma = { "، " }
semicolon = { "؛ " }
colon = { ": " }
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
field-jid = عنوان XMPP
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

## Feed: الرأس

feed-title = البريد الواصل
search = بحث
search-label = البحث في البريد
search-clear = مسح البحث
filter-off = تصفية
filter-on = تصفية: مفعّلة
filter-unread = غير المقروء فقط
filter-folders-all = كل المجلدات
pause-label = إيقاف الإشعارات مؤقتًا
pause-hour = لمدة ساعة
pause-tomorrow = حتى السابعة صباحًا
pause-open = حتى أستأنفها
pause-resume = استئناف
menu = القائمة
menu-all-read = اعتبار الكل مقروءًا
menu-shown-read = اعتبار المعروض مقروءًا
menu-settings = الإعدادات
menu-keys = لوحة المفاتيح
close = إغلاق
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

## Feed: الرسائل

mail = البريد
fresh = { $n } جديد
loading = جارٍ التحميل
loading-older = بريد أقدم …
mark-read = اعتبارها مقروءة
mark-unread = اعتبارها غير مقروءة
open-at = الفتح في { $host }
open-in = الفتح في { $program }
open-mid = الفتح في برنامج البريد
mail-program = برنامج البريد
select = تحديد
unselect = إلغاء تحديدها
select-all = تحديد الكل
select-none = إلغاء كل التحديد
selected =
    { $n ->
        [zero] لم يُحدَّد شيء
        [one] حُدّدت واحدة
        [two] حُدّدت اثنتان
       *[other] المحدَّد: { $n }
    }
selected-more = المحدَّد: { $n }، وتوجد رسائل أخرى لم تُحمَّل
selected-most = المحدَّد: { $n }، ولا يمكن تحديد أكثر من ذلك دفعة واحدة
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
said-arrived =
    { $n ->
        [one] بريد جديد من { $latest }
        [two] رسالتان جديدتان، آخرهما من { $latest }
        [few] { $n } رسائل جديدة، آخرها من { $latest }
       *[other] { $n } رسالة جديدة، آخرها من { $latest }
    }
said-found =
    { $n ->
        [0] لم يُعثر على شيء
        [one] عُثر على رسالة واحدة
        [two] عُثر على رسالتين
        [few] عُثر على { $n } رسائل
       *[other] عُثر على { $n } رسالة
    }
said-found-more = عُثر على أكثر من { $n } رسالة

## Feed: لا شيء يُعرض

failed-title = تعذّرت قراءة البريد
none-found = لم يُعثر على { $text }
none-found-how = يجب أن تبدأ كل كلمة كلمةً في المرسِل أو الموضوع أو النص أو المجلد.
none-search-all = البحث في كل البريد
none-unread = لا شيء غير مقروء
none-here = لا شيء هنا
none-show-all = عرض كل البريد
none-yet = لا بريد بعد
none-yet-listening = ‏Mailwren يُصغي. ما يصل من الآن يظهر هنا.
none-yet-connecting = سيظهر هنا حين يتصل أحد الحسابات.

## Feed: أول تشغيل

first-title = اعرف متى يصل البريد.
first-title-2 = ولا تُبقِ شيئًا آخر مفتوحًا.
first-lead = سجّل الدخول بـ XMPP، أو بصندوق بريدك وحده، ويجد Mailwren الباقي.
first-go = متابعة
first-hint = الأفضل حساب خاص به، غير الذي تحادث به.
first-mailbox = ليس لدي إلا صندوق بريد (IMAP)
first-demo = لا حساب لديك؟ يحاكي العرض خادمًا وبريدًا على هذا الحاسوب.
first-demo-do = جرّب العرض
first-demo-started = يبدأ العرض في نافذة خاصة به.

## Feed: الشريط السفلي

bar-one-read = صارت «{ $what }» مقروءة
bar-one-unread = صارت «{ $what }» غير مقروءة
bar-marked-read = صار { $n } مقروءًا
bar-marked-unread = صار { $n } غير مقروء
bar-all-read-ask = أكثر من { $n } غير مقروءة: لا يمكن التراجع عن تعليمها مقروءة
bar-nothing-unread = لم يكن شيء غير مقروء
bar-no-link = لا رابط لهذا الحدث
bar-row-away = لم تعد هذه الرسالة محفوظة

## Feed: لوحة المفاتيح

keys-title = لوحة المفاتيح
key-move = التالية والسابقة
key-open = فتح الرابط
key-read = مقروءة، غير مقروءة
key-select = تحديد
key-extend = متابعة التحديد
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
key-zoom = تكبير، تصغير
key-zoom-none = الحجم المعتاد
key-escape = مسح البحث، ثم الإغلاق
cap-ctrl = Ctrl
cap-shift = Shift
cap-enter = Enter
cap-delete = Del
cap-escape = Esc
close-box = إغلاق

## Settings

move = نقل { $name }، والموضع الآن { $n }
move-says = النقل: بالسحب، أو Alt مع الأسهم
move-first = إلى البداية
move-up = إلى الأعلى
move-down = إلى الأسفل
move-last = إلى النهاية
moved = تم النقل إلى الموضع { $n }
settings = الإعدادات
window-settings = إعدادات Mailwren
back = رجوع
cancel = إلغاء
save = حفظ
test = اختبار
testing = جارٍ الاختبار …
account-add = إضافة حساب
account-added = أُضيف الحساب
account-off = أُوقف { $label }
account-on = شُغّل { $label }
account-changed = عُدّل { $label }
account-edit = تحرير { $label }
account-remove = إزالة { $label }
account-enabled = وصل { $label }
node-subscribed = مشترَك فيها
folder-watched = مراقَب
strangers =
    { $n ->
        [one] أُسقط حدث لأن مرسِله غير مشترَك فيه.
        [two] أُسقط حدثان لأن مرسليهما غير مشترَك فيهم.
        [few] أُسقطت { $n } أحداث لأن مرسليها غير مشترَك فيهم.
       *[other] أُسقط { $n } حدثًا لأن مرسليها غير مشترَك فيهم.
    }

## Settings: نموذج الحساب

form-new = حساب جديد
form-edit = تحرير الحساب
form-first = يُصغي Mailwren عبر XMPP. الأفضل حساب خاص به، غير الذي تحادث به.
form-kind = كيف يعلم Mailwren بالبريد
kind-xmpp = عبر XMPP
kind-mailbox = صندوق بريد فقط (IMAP)
form-mailbox = يراقب Mailwren صندوق البريد بنفسه عبر IMAP، ولا يحتاج إلى غير ذلك.
field-address = عنوان البريد
field-password = كلمة السر
password-kept = كما هي محفوظة
password-elsewhere = من الأمر أو الملف في الإعدادات
advanced = متقدم
field-name = اسم قصير
field-security = التعمية
security-auto = كما يعرض الخادم
security-direct = TLS من البداية
security-starttls = STARTTLS
field-host = المضيف
field-port = المنفذ
host-auto = يُسأل عنه DNS
field-ca = ملف هيئة تصديق إضافية (PEM)
pins = شهادات موثوق بها
pin-drop = عدم الوثوق بهذه الشهادة بعد الآن
listen-to = يُصغي إلى
field-pep = عقدة البريد الخاصة بهذا الحساب (PEP)
node-service = خدمة العقدة { $n }
node-node = اسم العقدة { $n }
node-drop = إزالة العقدة { $n }
node-add = إضافة عقدة
field-notifiers = عناوين تُعدّ رسائلها بريدًا، واحد في كل سطر (Sieve notify)
mailbox = صندوق البريد (IMAP)
mailbox-says = الحدث الذي لا يقول إلا «تغيّر» يصير: مَن كتب وعن ماذا؛ والأرشفة والحذف لا يحتاجان إلى جسر.
field-imap-host = خادم البريد
field-imap-user = المستخدم، إن لم يكن العنوان
field-imap-password = كلمة سر صندوق البريد
field-imap-folders = المجلدات المراقَبة، واحد في كل سطر

## Settings: الاختبار

test-label = اختبار
test-passed = كله يعمل.
step-dns = DNS
step-tls = TLS
step-login = الدخول
step-services = الخدمات
step-nodes = العقد
step-folders = المجلدات
step-mailbox = صندوق البريد
step-todo = لم يأت دوره
step-running = جارٍ
step-passed = تم
step-warned = تم، مع تنبيه
step-failed = فشل
nodes-choose = العقد التي يُصغى إليها
folders-choose = المجلدات التي تُراقَب
trust-says = لا أحد يشهد لهذه الشهادة. لا تثق بها إلا إذا كانت بصمتها هي التي يخبرك بها مشغّل الخادم:
trust-do = الوثوق بهذه الشهادة

## Settings: الإزالة

remove-title = إزالة { $jid }؟
remove-says = يتوقف Mailwren عن الإصغاء له. لا يتغير شيء على الخادم.
remove-says-keyring = يتوقف Mailwren عن الإصغاء له، وتُزال كلمة سره من حلقة المفاتيح. لا يتغير شيء على الخادم.
remove-forget = إزالة أحداثه المحفوظة أيضًا
remove-forget-yes = لا يمكن استرجاعها.
remove-forget-no = تبقى في القائمة ويمكن البحث فيها.
remove-do = إزالة

## Settings: حول

about-what = يخبرك لحظة وصول البريد، عبر XMPP أو من صندوق البريد نفسه.
about-license = برمجية حرة برخصة MIT أو Apache 2.0، كما تشاء.
problems = ما ليس على ما يرام

## Settings: عام

general = عام
start = البدء عند تسجيل الدخول
start-says = في شريط سطح المكتب هذا، لهذا المستخدم.
start-hidden = بلا نافذة
start-hidden-says = عند إيقافه تُفتح القائمة عند تسجيل الدخول.
language = اللغة
language-says = للنوافذ والشريط والإشعارات والأوامر.
language-system = كسطح المكتب
theme = المظهر
theme-says = التباين العالي والألوان المفروضة تتبع سطح المكتب في كل حال.
theme-system = كسطح المكتب
theme-light = فاتح
theme-dark = داكن
rows = الأسطر
rows-says = الأسطر المدمجة تعرض المرسِل والموضوع والوقت في سطر واحد.
rows-full = كاملة
rows-compact = مدمجة
letters = الحروف المفردة أوامر
letters-says = عند إيقافها لا تعمل في القائمة إلا الأسهم وEnter وEsc والمفاتيح مع Ctrl.
keep = الاحتفاظ بالبريد في القائمة
keep-says = ما هو أقدم يغادر القائمة على هذا الحاسوب. لا يتغير شيء على الخادم.
keep-for = لمدة
keep-days = يومًا
keep-title =
    { $n ->
        [one] الاحتفاظ بالبريد يومًا واحدًا فقط؟
        [two] الاحتفاظ بالبريد يومين فقط؟
        [few] الاحتفاظ بالبريد { $n } أيام فقط؟
       *[other] الاحتفاظ بالبريد { $n } يومًا فقط؟
    }
keep-gone = ما هو أقدم يغادر القائمة فورًا ولا يمكن استرجاعه.
keep-do = الاحتفاظ لهذه المدة
exchange = الإعدادات ملفًّا
exchange-says = بلا كلمات السر. قد يذكر الملف أوامر تُنفَّذ: لا تستورد إلا ما تثق به.
export = تصدير
import = استيراد …
exported = كُتب في { $path }
imported = تم الاستيراد؛ الإعدادات السابقة محفوظة إلى جانبها
import-large = هذا الملف أكبر من أن يكون إعدادات.
preference-changed = { $what }: تم التغيير

## Settings: التشخيص

log = آخر السجل
log-none = لم يُسجَّل شيء
log-lines =
    { $n ->
        [one] يُنسخ معه: السطر الأخير من السجل
        [two] يُنسخ معه: السطران الأخيران من السجل
        [few] يُنسخ معه: آخر { $n } أسطر من السجل
        [many] يُنسخ معه: آخر { $n } سطرًا من السجل
       *[other] يُنسخ معه: آخر { $n } سطر من السجل
    }
log-says = للعناوين والخوادم والأشخاص والمجلد الشخصي أسماء أخرى هنا. أما أسماء مجلدات البريد والقواعد، وما قالته الخوادم، فتبقى كما هي.
diagnosis = التشخيص
checks = الاتصالات
checks-do = افحص الآن
report = التقرير
report-says = لمن يساعدك. يسمّي الحسابات والخوادم؛ ليس فيه كلمات سر ولا بريد.
report-copy = نسخ
report-copied = نُسخ التقرير
report-selected = التقرير محدَّد: انسخه بـ Ctrl C

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

## Settings: الإشعارات

notifications = الإشعارات
privacy = ما يعرضه الإشعار
privacy-full = كل شيء
privacy-sender = المرسِل فقط
privacy-count = الوصول فقط
privacy-usual = كالمعتاد
sample-sender = مريم
sample-subject = المفاتيح يوم الخميس، الخامسة والنصف
sample-count = رسالة جديدة
sample-send = أرسل واحدًا الآن
sample-try = تجربة إشعار
sample-sent = يُعرض إشعار الآن.
sample-withheld = لا يُعرض شيء الآن: { $why }.
locked = والشاشة مقفلة
locked-says = هذا القدر على الأكثر، حيث يخبر سطح المكتب بأنها مقفلة.
sound = الصوت
sound-says = صامت في ساعات الهدوء وعند الإيقاف وفي وضع عدم الإزعاج.
dnd = مراعاة وضع عدم الإزعاج
dnd-says = تنتظر الإشعارات حتى ينتهي؛ ثم يخبر إشعار واحد بما وصل.
group = الكثير دفعة واحدة
group-says = إذا وصل أكثر من هذا حلّ محلها إشعار واحد.
group-above = أكثر من
group-within = خلال
group-seconds = ثوانٍ
count-fault = عدد من 1 إلى { $most }.
quiet = ساعات الهدوء
quiet-says = بالتوقيت المحلي. المهمون يصلون رغم ذلك. وعند النهاية يخبر إشعار واحد بما وصل.
week = ساعات الهدوء في الأسبوع، ساعة في كل خانة
week-says = اسحب فوق الساعات، أو تنقّل بالأسهم واضغط مفتاح المسافة. Shift مع الأسهم لأكثر من ساعة.
cell-quiet = { $day } { $time }، هدوء
cell-partly = { $day } { $time }، هدوء جزئي
cell-loud = { $day } { $time }، بلا هدوء
area-day = { $day }، من { $from } إلى { $to }
area-days = من { $first } إلى { $last }، كل يوم من { $from } إلى { $to }
quiet-copy = كل الأيام مثل { $day }
quiet-clear = مسح
quiet-none = لا ساعات هدوء.
quiet-sum =
    { $n ->
        [zero] لا ساعات هدوء.
        [one] ساعة في الأسبوع.
        [two] ساعتان في الأسبوع.
        [few] { $n } ساعات في الأسبوع.
       *[other] { $n } ساعة في الأسبوع.
    }
quiet-add = إضافة ساعات هدوء
quiet-drop = إزالة ساعات الهدوء هذه
quiet-days = الأيام التي تبدأ فيها
quiet-from = من
quiet-to = إلى
quiet-fault = يبدو الوقت مثل 22:00.

## Settings: القواعد

rules = القواعد
rules-says = تُقرأ من الأعلى: أول ما يطابق يقرر.
rules-none = لا قواعد: يُبلغ عن كل بريد جديد.
rule-add = إضافة قاعدة
rule-new = قاعدة جديدة
rule-edit = تحرير القاعدة
rule-name = الاسم
rule-sender = المرسِل
rule-subject = الموضوع
rule-folder = المجلد
rule-account = الحساب
rule-says = نمط في كل سطر. * لأي نص، و? لحرف واحد؛ وما بين شرطتين مائلتين تعبير نمطي. وما كان فارغًا يطابق كل شيء.
rule-then = الإشعار
rule-privacy = ما يعرضه
rule-hook = أمر يُشغَّل
rule-hook-says = البرنامج ووسائطه، واحد في كل سطر؛ بلا صدفة. ويُعطى الرسالة بصيغة JSON.
rule-ends = تنتهي: { $time }
rule-idle = لا تفعل شيئًا بعد: اختر إشعارًا، أو ما يعرضه، أو أمرًا.
then-none = متروك لبقية القواعد
then-silent = لا شيء، لكن يُعدّ
then-suppress = لا يُبلغ عنه ولا يُعدّ
then-vip = حتى أثناء الهدوء
then-notify = كالمعتاد
rule-matches =
    { $n ->
        [zero] لا تطابق شيئًا من آخر { $of } من الرسائل
       *[other] تطابق { $n } من آخر { $of } من الرسائل
    }
rule-every = كل بريد
rule-until = حتى { $time }
rule-number = القاعدة { $n }
rule-enabled = مراعاة { $name }
rule-broken = غير مراعاة: السطر { $line } من الإعدادات
rule-remove-says = هي معطوبة كما كُتبت، فلا يمكن إرجاعها بعد ذلك.
rule-added = أُضيفت القاعدة
rule-changed = غُيّرت القاعدة
rule-removed = أُزيلت القاعدة

## الفحوص: الإعدادات و`mailwrenctl doctor`

check-system = هذا الحاسوب
check-engine = Mailwren
check-config = الإعدادات
check-store = المخزن
check-keyring = حلقة المفاتيح
check-bus = ناقل الجلسة
check-tray = شريط النظام
check-subscriptions = الاشتراكات
check-push = الدفع
problem-dismiss = فهمت
