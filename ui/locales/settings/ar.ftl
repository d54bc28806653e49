## الإعدادات

window-settings = إعدادات Mailwren
back = رجوع
cancel = إلغاء
save = حفظ
test = اختبار
testing = جارٍ الاختبار …
account-add = إضافة حساب
account-added = أُضيف الحساب
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

## الإعدادات: نموذج الحساب

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
pin-drop = عدم الوثوق بهذه الشهادة بعد الآن
listen-to = يُصغي إلى
field-pep = عقدة البريد الخاصة بهذا الحساب (PEP)
node-service = خدمة العقدة { $n }
node-node = اسم العقدة { $n }
node-drop = إزالة العقدة { $n }
node-add = إضافة عقدة
field-notifiers = عناوين تُعدّ رسائلها بريدًا، واحد في كل سطر (Sieve notify)
mailbox-says = الحدث الذي لا يقول إلا «تغيّر» يصير: مَن كتب وعن ماذا؛ والأرشفة والحذف لا يحتاجان إلى جسر.
field-imap-host = خادم البريد
field-imap-user = المستخدم، إن لم يكن العنوان
field-imap-password = كلمة سر صندوق البريد
field-imap-folders = المجلدات المراقَبة، واحد في كل سطر

## الإعدادات: الاختبار

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

## الإعدادات: الإزالة

remove-title = إزالة { $jid }؟
remove-says = يتوقف Mailwren عن الإصغاء له. لا يتغير شيء على الخادم.
remove-says-keyring = يتوقف Mailwren عن الإصغاء له، وتُزال كلمة سره من حلقة المفاتيح. لا يتغير شيء على الخادم.
remove-forget = إزالة أحداثه المحفوظة أيضًا
remove-forget-yes = لا يمكن استرجاعها.
remove-forget-no = تبقى في القائمة ويمكن البحث فيها.
remove-do = إزالة

## الإعدادات: حول

about-what = يخبرك لحظة وصول البريد، عبر XMPP أو من صندوق البريد نفسه.
about-license = برمجية حرة برخصة MIT أو Apache 2.0، كما تشاء.
problems = ما ليس على ما يرام

## الإعدادات: عام

general = عام
start = البدء عند تسجيل الدخول
start-says = في شريط سطح المكتب هذا، لهذا المستخدم.
start-hidden = بلا نافذة
start-hidden-says = عند إيقافه تُفتح القائمة عند تسجيل الدخول.
language = اللغة
language-says = للنوافذ والشريط والإشعارات والأوامر.
language-system = كسطح المكتب
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
preference-changed = تم التغيير

## الإعدادات: التشخيص

checks = الاتصالات
checks-do = افحص الآن
report = التقرير
report-says = لمن يساعدك. يسمّي الحسابات والخوادم؛ ليس فيه كلمات سر ولا بريد.
report-copy = نسخ
report-copied = نُسخ التقرير
report-selected = التقرير محدَّد: انسخه بـ Ctrl C
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

## الإعدادات: الإشعارات

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

## الإعدادات: ترتيب الحسابات والقواعد

move = نقل { $name }، والموضع الآن { $n }
move-says = النقل: بالسحب، أو Alt مع الأسهم
move-first = إلى البداية
move-up = إلى الأعلى
move-down = إلى الأسفل
move-last = إلى النهاية
moved = تم النقل إلى الموضع { $n }

## الإعدادات: القواعد

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

check-engine = Mailwren
check-config = الإعدادات
check-store = المخزن
check-keyring = حلقة المفاتيح
check-bus = ناقل الجلسة
check-tray = شريط النظام
check-subscriptions = الاشتراكات
check-push = الدفع
