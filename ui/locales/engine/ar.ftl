## في الطريق إلى الخادم: ما الخلل، وما العمل

trouble-host-unknown = تعذّر العثور على { $host }
trouble-host-do = تحقق من جزء العنوان الذي بعد @، أو أدخل مضيف الخادم ومنفذه.
trouble-not-offered = لا يقدّم { $domain } خدمة XMPP
trouble-dns = لم يُجب DNS عن { $host }: { $why }
trouble-tcp = لا اتصال بـ { $target }: { $why }
trouble-network-do = تحقق من الشبكة، ومن المضيف والمنفذ إن كانا محددين.
trouble-certificate = شهادة { $target } غير موثوقة: { $why }
trouble-certificate-do = إن كنت تعرف هذا الخادم فقارن البصمة بما عند صاحبه وثبّتها؛ وإلا فلا تتصل.
trouble-pin = يعرض { $target } شهادة غير الشهادة المثبّتة
trouble-pin-do = اسأل صاحب الخادم هل غُيّرت الشهادة. إن غُيّرت فثبّت الجديدة؛ وإلا فهناك من يتنصّت.
trouble-handshake = لا TLS مع { $target }: { $why }
trouble-port-do = تحقق من المنفذ: TLS المباشر غالبًا 5223، وSTARTTLS غالبًا 5222.
trouble-no-tls = لا يقدّم { $target } تشفيرًا
trouble-no-tls-do = لا يسجّل Mailwren الدخول أبدًا بلا تشفير. جرّب TLS المباشر (المنفذ 5223).
trouble-downgrade = يقدّم الخادم الآن { $offered }، وكان يقدّم { $known } من قبل
trouble-downgrade-none = لا يقدّم الخادم الآن ما يناسب، وكان يقدّم { $known } من قبل
trouble-changed-do = ربما يتنصّت أحد. إن قال صاحب الخادم إن شيئًا قد غُيّر فاحفظ الحساب مرة أخرى مع كلمة سره.
trouble-no-mechanism = لا يقدّم الخادم طريقة دخول يعرفها Mailwren ({ $offered })
trouble-scram-do = اطلب من صاحب الخادم أن يقدّم SCRAM.
trouble-signature = لم يستطع الخادم أن يثبت أنه يعرف هذا الحساب: ربما يجيب غيره مكانه
trouble-not-authorized = لا يقبل الخادم هذا العنوان مع كلمة السر هذه
trouble-password-do = تحقق من العنوان وكلمة السر.
trouble-disabled = الحساب معطّل
trouble-expired = انتهت صلاحية كلمة السر
trouble-disabled-do = اسأل صاحب الخادم، أو جدّد كلمة السر عنده.
trouble-auth-temporary = لا يستطيع الخادم التحقق من كلمات السر الآن
trouble-auth-weak = يريد الخادم طريقة دخول أخرى
trouble-auth = رفض الخادم الدخول
trouble-owner-do = اسأل صاحب الخادم.
trouble-with-words = { $what } ({ $words })
trouble-stream = أنهى الخادم الاتصال: { $condition }
trouble-lost = انقطع الاتصال: { $why }
trouble-protocol = لا يلتزم الخادم بالبروتوكول: { $why }
trouble-slow = استغرق الخادم وقتًا أطول من اللازم
trouble-slow-tcp = تأخر الخادم كثيرًا في الإجابة
trouble-slow-tls = استغرق الخادم وقتًا أطول من اللازم (TLS)
trouble-slow-login = استغرق الخادم وقتًا أطول من اللازم لتسجيل الدخول
trouble-limit = أرسل الخادم أكثر مما تؤمَن قراءته: { $limit }
trouble-limit-do = يُترك ذلك؛ ويُجلب كل ما عداه عنصرًا عنصرًا.
trouble-no-session = لا جلسة: { $why }
trouble-deaf = يقبل الخادم ما يُنشر لكنه لا يرسل أحداثًا: لم تعُد نبضة أُرسلت
trouble-deaf-do = إلى أن تعود الأحداث يُجلب محتوى العُقد مع كل نبضة.
trouble-login-memory = تعذّرت قراءة كيف سُجّل دخول الحساب من قبل: { $why }
trouble-mailbox = صندوق بريد { $jid }: { $what }
trouble-account-do = صحّح الحساب في الإعدادات.
trouble-jid = { $jid } ليس عنوان XMPP مثل me@example.org
trouble-server-name = لا يمكن أن يكون { $name } اسم خادم
trouble-no-server = لا خادم للاتصال به
trouble-fingerprint = { $text } ليس بصمة SHA-256: أي 64 رقمًا ستة عشريًا، بنقطتين أو بدونهما
trouble-ca-file = تعذّرت قراءة ملف السلطة { $path }: { $why }
trouble-ca-empty = لا شهادة فيه
trouble-ca-unusable =
    { $n ->
        [one] شهادة واحدة في { $path } لا تصلح للاستعمال
        [two] شهادتان في { $path } لا تصلحان للاستعمال
        [few] { $n } شهادات في { $path } لا تصلح للاستعمال
       *[other] { $n } شهادة في { $path } لا تصلح للاستعمال
    }
trouble-no-authorities = ليس في هذا النظام سلطات شهادات صالحة ({ $why })؛ ثبّت ca-certificates
trouble-no-random = لا يعطي هذا النظام أعدادًا عشوائية: { $why }
scram-username = في اسم المستخدم محارف لا يمكن الدخول بها
scram-password = كلمة السر فارغة أو فيها محارف لا يمكن الدخول بها
scram-malformed = رسالة SCRAM من الخادم معيبة: { $why }
scram-nonce = رقم الخادم العشوائي لا يكمل رقمنا
scram-iterations = يطلب الخادم { $n } تكرارًا، وهذا خارج حدود الأمان
scram-server = أنهى الخادم التبادل: { $why }
limit-bytes = أكبر من { $most } بايت
limit-depth = أعمق تداخلًا من { $most } مستوى
limit-attribute = خاصية أو اسم أطول من { $most } بايت
limit-elements = أكثر من { $most } عنصر
limit-attributes = أكثر من { $most } خاصية
limit-line = جواب من أكثر من { $most } بايت
limit-data = جواب فيه أكثر من { $most } بايت من البيانات
net-refused = لا شيء يجيب على هذا المنفذ
net-unreachable = لا توصل الشبكة إلى هناك
net-hung-up = قطع الخادم الاتصال
net-closed = أغلق الخادم الاتصال
net-no-address = ليس له عنوان
tls-unspoken = لا TLS على هذا المنفذ
tls-version = لا يعرف الخادم نسخة من TLS ما زالت آمنة
tls-name = ليس لهذا الخادم شهادة للنطاق
tls-protocol = تجيب على هذا المنفذ خدمة غير XMPP
tls-cipher = لا تشفير مشترك بين الخادم وهذا البرنامج
certificate-unreadable = تعذّرت قراءتها
certificate-expired = انتهت صلاحيتها في { $day }
certificate-early = ليست صالحة قبل { $day }
certificate-other = هي لـ { $names } لا لـ { $name }
certificate-nameless = ليست لأي اسم مضيف، فليست لـ { $name }
certificate-revoked = أُلغيت
certificate-own = موقّعة من نفسها فقط
certificate-issuer = جهة إصدارها غير معروفة لهذا النظام ({ $issuer })
certificate-signature = توقيعها خاطئ
iq-timeout = لم يأتِ جواب في الوقت المحدد
iq-ended = انتهت الجلسة قبل أن يأتي الجواب

## الخدمات والعُقد

node-server = الخادم
node-no-pep = ليس في الخادم PEP، فلا يمكن الإصغاء إلى عقدة الحساب الخاصة.
node-no-answer = لا يجيب { $service }.
node-missing = لا توجد عقدة كهذه.
node-forbidden = لا يُسمح لهذا الحساب بقراءتها. اسأل صاحبها.
node-contacts-only = لا يقبل صاحبها إلا جهات اتصال مختارة. اسأله.
node-unreached = تعذّر الوصول إلى { $service }، أو أنه ليس خدمة pubsub.
node-refused-why = رفض { $service }: { $why }
node-no-address = { $service } ليس عنوانًا.
node-no-service = ليس عنوانًا
node-unreadable = تعذّرت قراءتها.
node-left-out =
    { $n ->
        [one] تُرك عنصر واحد لأنه أكبر أو أعمق من أن تؤمَن قراءته.
        [two] تُرك عنصران لأنهما أكبر أو أعمق من أن تؤمَن قراءتهما.
        [few] تُركت { $n } عناصر لأنها أكبر أو أعمق من أن تؤمَن قراءتها.
       *[other] تُرك { $n } عنصرًا لأنها أكبر أو أعمق من أن تؤمَن قراءتها.
    }
node-to-fetch = تعذّر جلب محتواها بعد؛ تُعاد المحاولة.
node-ended = حُذفت العقدة، أو أنهى صاحبها الاشتراك. اسأله، أو أزلها من الحساب.
node-no-folder = لا يوجد مجلد كهذا، أو تعذّر فتحه.
node-open = يستطيع أي أحد قراءة هذه العقدة، بما فيها المرسِلون والمواضيع.
node-presence = تستطيع كل جهات اتصال صاحبها قراءة هذه العقدة، بما فيها المرسِلون والمواضيع.
node-not-private = العقدة ليست خاصة، والخادم لا يسمح بجعلها كذلك
node-unverified = العقدة لغيرك، وخدمتها لا تسمح بالتأكد من أنها خاصة
node-to-approve = ما زالت موافقة صاحبها مطلوبة.
node-unconfigured = تريد العقدة أن تُختار خيارات أولًا: اسأل صاحبها.
node-to-subscribe = لا تعرف الخدمة أي اشتراك؛ ينشئه Mailwren عند الاتصال.
node-of-another = لعميل آخر.
node-withheld = خياره `deliver` مطفأ: لا تأتي أحداث.
node-not-made = لم ينشئ { $service } اشتراكًا.
node-own-account-do = لا تأتي أحداث خدمة pubsub إلا إلى عميل يشارك في الدردشة (الأولوية 0): مع حساب خاص بالبريد لا تصل إليه رسائل أحد.
node-still-there = لم يعد Mailwren يصغي إليها، لكن ربما بقي الاشتراك عند { $service }: { $why }
gmail-trouble = تعذّر السؤال عن بريد الخادم: { $why }.
gmail-no-mailbox = لا صندوق بريد في الجواب
gmail-unsafe = الجواب أكبر أو أعمق من أن تؤمَن قراءته
gmail-left-out = ما كان هناك أكبر أو أعمق من أن تؤمَن قراءته، فتُرك.

## ما يجده اختبار الحساب

found-tls = { $target }: ‏TLS { $version }، شهادة موثوقة
found-tls-pinned = { $target }: ‏TLS { $version }، شهادة مثبّتة
found-plain = PLAIN: يرى الخادم كلمة السر
found-pep = الأحداث الشخصية (PEP)
found-pep-and = الأحداث الشخصية (PEP)، { $services }
found-no-pep = لا أحداث شخصية (PEP)؛ { $services }
found-no-service = لا أحداث شخصية (PEP) ولا خدمة pubsub
found-no-service-do = سمِّ الخدمة والعقدة اللتين يُنشر عليهما بريدك.
found-no-node = لا عقدة بعد
found-pending = { $nodes }، منها { $n } لم يوافق عليها صاحبها بعد
found-at-node = { $node } على { $service }: { $why }
found-missing-do = تحقق من اسم العقدة، ومن أن صاحبها يسمح لك بقراءتها.
found-exposed-do = اضبط نموذج الوصول إليها على `whitelist` ما لم تكن تريد ذلك.
found-no-folder = لا يوجد مجلد { $names }
found-no-folder-do = اختر من الموجود.

## صندوق البريد عبر IMAP

imap-no-login = لا يقدّم خادم البريد طريقة دخول مناسبة (يقدّم: { $offered })
imap-unsayable = في اسم المستخدم أو كلمة السر محارف لا يقبلها خادم البريد هذا
imap-login-refused = رفض خادم البريد الدخول: { $words }
imap-login-do = تحقق من اسم المستخدم وكلمة السر. يطلب بعض المزوّدين كلمة سر خاصة بالتطبيقات، أو تفعيل IMAP أولًا.
imap-password-do = أدخل كلمة سر صندوق البريد في الإعدادات.
imap-refused = رفض خادم البريد { $what }: { $words }
imap-bye = أنهى خادم البريد الاتصال: { $words }
imap-lost = انقطع الاتصال بخادم البريد: { $why }
imap-late = استغرق خادم البريد وقتًا أطول من اللازم ({ $what })
imap-limit = أرسل خادم البريد أكثر مما تؤمَن قراءته: { $limit }
imap-protocol = لا يلتزم خادم البريد بالبروتوكول: { $why }
imap-name = لا يمكن أن يكون `{ $name }` اسم مجلد
imap-no-folder = لا يوجد أي من مجلداته: { $names }

## كلمات السر

vault-absent = لا تعمل أي حلقة مفاتيح ({ $why }): شغّل واحدة (gnome-keyring أو KWallet أو KeePassXC)، أو استعمل ملف كلمة سر أو أمرًا
vault-locked = حلقة المفاتيح مقفلة: افتحها وحاول مرة أخرى
vault-failed = أخفقت حلقة المفاتيح: { $why }
vault-not-text = ما فيها ليس نصًا
vault-ambiguous = فيها { $n } مدخلات بالخدمة { $service } لهذا الحساب: احذفها كلها إلا واحدًا
password-missing = لا كلمة سر لـ { $of } في حلقة المفاتيح: أدخلها في الإعدادات، أو بالأمر `mailwrenctl account add`
password-file = ملف كلمة السر { $path }
password-file-trouble = ملف كلمة السر { $path }: { $why }
password-exposed = يجب أن يكون ملف كلمة السر { $path } لك ومغلقًا أمام غيرك: chown ثم chmod 600
password-command = أمر كلمة السر `{ $program }`
password-no-command = أمر فارغ
password-command-trouble = أمر كلمة السر `{ $program }`: { $why }
password-command-failed = انتهى أمر كلمة السر `{ $program }` بـ { $status }؛ وما قاله ذهب إلى مخرج أخطاء Mailwren
password-command-late = لم يُجب أمر كلمة السر `{ $program }` خلال { $seconds } ثانية
password-unusable = { $source }: لا كلمة سر في السطر الأول

## ما يُطلب من Mailwren ولا يمكن

api-closed = انتهى محرك Mailwren.
api-running = ‏Mailwren يعمل بالفعل.
api-forbidden = لا يُسمح لهذه النافذة بذلك.
api-command-window = لا تستطيع نافذة أن تعيّن أوامر أو ملفات كلمات سر.
api-command-window-do = مكانها ملف الإعداد، وللنافذة أن تبقيها أو تحذفها: عدّل الملف أو استعمل mailwrenctl.
api-not-understood = تعذّر فهم الطلب: { $why }
api-not-understood-do = ينبغي أن يكون البرنامجان من الإصدار نفسه.
api-internal = أخفق Mailwren نفسه في: { $what }.
api-internal-do = يُرجى الإبلاغ عنه.
api-headless = يعمل Mailwren هنا بلا سطح مكتب، فلا يعرض إشعارات.
api-headless-do = شغّل التطبيق `mailwren`.
api-no-account-do = يعرض `mailwrenctl account list` الحسابات المُعدّة.
api-no-subscription = لا اشتراك في { $node } على { $service }.
api-no-subscription-do = يعرض `mailwrenctl subscription list` الموجود منها.
api-no-xmpp = لا يستعمل { $jid } بروتوكول XMPP، فلا شيء يُشترك فيه
api-own-node = من عُقد الحساب نفسه لا يمكن الإصغاء إلا إلى { $node }
api-problem-stays = يزول ذلك حين يُصلح
api-pause-past = يجب أن ينتهي الإيقاف المؤقت في المستقبل
api-snooze-when = تؤجَّل الرسالة إلى وقت خلال سنة
api-mute-past = يجب أن ينتهي الكتم في المستقبل
api-mute-nobody = لا أحد يعرف من أرسل هذا
api-most-mails = لا أكثر من { $most } رسالة دفعة واحدة
api-password-elsewhere = لا تُحفظ كلمة سر إلا في حلقة المفاتيح
act-no-mail = لم تعد هناك رسالة لفعل ذلك بها.
act-no-undo = لم يعد التراجع عن ذلك ممكنًا.
act-unreached = لا شيء يصل إلى صندوق بريد { $account } الآن.
act-unreached-do = يلزم جسر له وصول IMAP، أو صندوق البريد في إعدادات الحساب.
act-missing =
    { $n ->
        [one] لم تعد الرسالة في مجلدها.
        [two] لم تعد رسالتان في مجلدهما.
        [few] لم تعد { $n } رسائل في مجلدها.
       *[other] لم تعد { $n } رسالة في مجلدها.
    }
act-refused = رفض خادم البريد ذلك.
act-no-mailbox = تعذّر الوصول إلى صندوق البريد: { $why }.
act-again-do = حاول مرة أخرى بعد لحظة.
act-no-bridge = الجسر غير موجود الآن.
act-no-bridge-do = حاول مرة أخرى بعد لحظة، أو تفقّد `mailwrenctl bridge`.
act-forbidden = يسمح الجسر بذلك لغير هذا الحساب.
act-bridge-refused = يرفض الجسر: { $why }.
act-bridge-silent = لم يُجب الجسر في الوقت المحدد.
act-bridge-lost = انقطع الاتصال قبل أن يجيب الجسر.
popup-why = { $what } { $hint }
open-no-way = لا طريق إلى هذه الرسالة.
open-do = يحدد `open` في إعداد الحساب كيف تُفتح رسائله.
open-unstarted = تعذّر تشغيل { $program }: { $why }
open-kind = ليس هذا الرابط من نوع يفتحه Mailwren.
open-kind-do = يفتح { $kinds }.
open-failed = لم يستطع سطح المكتب فتح الرابط: { $why }
open-failed-do = هل ضُبط متصفح أو برنامج بريد افتراضيًا؟
autostart-path = لا يمكن تشغيل { $path } بمدخلة سطح مكتب: في مساره كسر سطر، أو أنه ليس UTF-8
notifier-trouble = تعذّر عرض الإشعارات: { $why }.
notifier-trouble-do = شغّل خدمة إشعارات سطح المكتب؛ وتعرض القائمة كل شيء في هذه الأثناء.
notifier-failed = أخفقت خدمة الإشعارات: { $why }
notifier-silent = لم تُجب خدمة الإشعارات

## الملفات والإعدادات

file-trouble = { $path }: { $what }
store-newer = كُتب { $path } بإصدار أحدث من Mailwren (المخطط { $found }؛ وهذا يعرف حتى { $known }): حدّث Mailwren، أو انقل الملف لتبدأ من جديد
store-corrupt = تعذّر استعمال { $path } ({ $why }): تحقق من القرص
store-failed = مخزن الأحداث: { $why }
store-closed = مخزن الأحداث: مغلق
store-set-aside = كان مخزن الأحداث تالفًا فوُضع جانبًا باسم { $path }؛ وبُدئ مخزن جديد.
store-set-aside-do = يُجلب ما زال عند الخادم مرة أخرى.
store-unwritable = تعذّر حفظ ما يحدث: { $why }
store-unwritable-do = أفسح مكانًا على القرص؛ يتابع Mailwren من تلقاء نفسه.
profile-homeless = لا مجلد منزل معروف: اضبط HOME
profile-foreign = { $path } لمستخدم آخر
start-socket = تعذّر الاستماع عند { $path }: { $why }
start-silent = يمسك Mailwren آخر بهذا الملف الشخصي ولا يجيب؛ أنهه وحاول مرة أخرى ({ $why })
outbox-trouble = صندوق الصادر: { $why }
outbox-ended = أنهى الخادم الجلسة
outbox-busy = عملية أخرى ترسل الآن
outbox-no-account = لا يوجد حساب { $jid }، أو أنه معطّل
outbox-several = عدة حسابات مُعدّة
outbox-several-do = حدّد أيها ينشر: `mailwrenctl publish --account JID`.
outbox-address = { $address } ليس عنوانًا: { $why }
outbox-private-do = اطلب من صاحبها أن يسمح لهذا الحساب بالنشر هناك، بنموذج الوصول `whitelist`.
config-edit-do = حرّر { $path }.
config-unread-do = إلى أن يُصلح يتابع Mailwren بما قرأه آخر مرة.
config-at = السطر { $line }، العمود { $column }: { $what }
config-newer = ملف { $path } من إصدار أحدث من Mailwren (الإصدار { $found }؛ وهذا يعرف حتى { $known }): حدّث Mailwren، أو ضع ملفًا سابقًا مكانه
config-no-backup = `{ $name }` ليس إعدادًا حفظه استيراد
config-stale = غُيّرت القواعد في هذه الأثناء: انظر إليها مرة أخرى
config-no-rule = لا توجد قاعدة رقم { $n }
config-unwritable = تعذّرت الكتابة: { $why }
config-void = { $path } غير موجود أو فارغ
config-contended = يستمر برنامج آخر في تغيير { $path }؛ لم يُكتب شيء
config-too-large = { $name } أكبر من اللازم
config-brackets = يُكتب `{ $key }` هكذا: `[[{ $key }]]`، بقوسين
config-section = يُكتب `notifications` هكذا: `[notifications]`
config-quiet-place = تُكتب ساعات الهدوء هكذا: `[[quiet]]`، على حدة
config-quiet-time = `{ $text }` ليس وقتًا من اليوم؛ يبدو مثل 22:00
config-quiet-day = `{ $text }` ليس يومًا من الأسبوع؛ يبدو مثل mon أو mon-fri
config-keep-days = يجب أن يكون `keep_days` بين 1 و{ $most }
config-rule = القاعدة { $rule }: { $what }
config-rule-idle = لا أثر للقاعدة: أعطها `then` أو `privacy` أو `hook`
config-rule-pattern = `{ $key }`: { $why }
config-rule-patterns = `{ $key }`: لا أكثر من { $most } نمط، كل منها { $chars } محرف
config-rule-program = لا يسمّي `hook` برنامجًا
config-rules-many = لا تُراعى إلا أول { $most } قاعدة
config-jid = `{ $text }` ليس معرّف JID لحساب؛ يبدو مثل sam@example.org
config-twice = هناك حساب آخر `{ $jid }` أعلاه
config-port = 0 ليس منفذًا
config-port-alone = لا يُحسب `port` إلا مع `host`
config-host = `host` فارغ
config-service = `{ $text }` ليس خدمة pubsub؛ يبدو مثل pubsub.example.org
config-node = الاشتراك عند `{ $service }` لا يسمّي عقدة
config-notifier = `{ $text }` ليس معرّف JID
config-command = لا يسمّي أمر كلمة السر برنامجًا
config-no-source = بلا XMPP يلزم صندوق بريد: imap = { "{" } host = "imap.example.org" { "}" }
config-imap-host = `imap.host` { $host } ليس اسم خادم؛ يبدو مثل imap.example.org
config-imap-user = `imap.user` فارغ
config-imap-command = `imap`: لا يسمّي أمر كلمة السر أو الرمز برنامجًا
config-imap-logins = في `imap` كلمة سر ورمز: احذف أحدهما
config-imap-folder = `imap.folders`: «{ $name }» مكرر، أو لا يمكن أن يكون مجلدًا
config-imap-folders = في `imap.folders` عدد { $n } من المجلدات؛ والمقبول من 1 إلى { $most }
config-open = `open`: { $what }
config-open-https = يبدأ رابط بريد الويب بـ https://
config-open-host = يسمّي رابط بريد الويب مضيفه
config-open-id = في رابط بريد الويب { "{" }message_id{ "}" } حيث مكان معرّف الرسالة
config-open-program = يبدأ الأمر ببرنامج
config-open-argument = في أحد معاملات الأمر { "{" }message_id{ "}" }

## الجسر: `[[component]]` و`[bridge]` و`[bridge.provider]`

component-domain = `{ $text }` ليس نطاق مكوّن؛ يبدو مثل mail.example.org
component-twice = هناك مكوّن آخر `{ $domain }` أعلاه
component-open = ليس `address` { $address } على هذا الجهاز، واتصال المكوّن غير مشفّر: إن كانت الشبكة بينهما لك وحدك فأضف cleartext = true
component-secret = السر في ملف أو يأتي من أمر: secret = { "{" } file = "/etc/mailwren/component-secret" { "}" }
bridge-no-section = لا يوجد قسم `[bridge]`
bridge-section = يُكتب `bridge` قسمًا هكذا: `[bridge]`
bridge-nothing = لا شيء يُنشر: أضف `[[bridge.mailbox]]`
bridge-listen-address = لا يمكن الاستماع عند `{ $text }`، بل عند عنوان مع منفذ مثل 127.0.0.1:8025 أو عند unix:/path/to/socket
bridge-secret = السر في ملف أو يأتي من أمر: secret = { "{" } file = "/etc/mailwren/http-secret" { "}" }
bridge-no-secret = ينقص `secret`: يستطيع كل من يصل إلى المنفذ أن يخبر بأي شيء؛ أما مع "unix:/path" فيحدد مجلد المقبس من يصل إليه
bridge-no-listen = تخبر خوادم البريد عنه عبر HTTP، لكن `listen` غائب في `[bridge]`
bridge-name = `name` فارغ: يدخل في معرّفات ما يُنشر، ويجب ألا يتغير لاحقًا
bridge-twice = هناك صندوق بريد آخر `{ $name }` أعلاه
bridge-no-account = لا يوجد `[[account]]` { $jid }، أو أنه معطّل
bridge-which-account =
    { $n ->
        [0] لا حساب مُعَدّ يستطيع النشر
        [two] ينقص `account`: حسابان مُعدّان، فحدّد أيهما ينشر
        [few] ينقص `account`: { $n } حسابات مُعدّة، فحدّد أيها ينشر
       *[other] ينقص `account`: { $n } حسابًا مُعدًّا، فحدّد أيها ينشر
    }
bridge-node = `node` فارغ
bridge-own-node = `owner` لعُقد خدمة pubsub‏ (`service`): عقدة الحساب نفسه له هو، لا لـ { $owner }
bridge-owner = `owner` { $owner } ليس عنوانًا مثل sam@example.org
bridge-no-source = لا شيء يخبر عن صندوق البريد هذا: أضف http = { "{" } user = "…" { "}" }، أو imap = { "{" } host = "…", user = "…", password = { "{" } file = "…" { "}" } { "}" }
bridge-http-user = `http.user` فارغ
bridge-http-user-twice = `http.user` { $user } لصندوق بريد آخر أعلاه
bridge-imap-user = ينقص `imap.user`: من يسجّل الدخول إلى خادم البريد
bridge-imap-login = لا يمكن تسجيل الدخول: كلمة السر في ملف أو تأتي من أمر، imap.password = { "{" } file = "/etc/mailwren/imap.password" { "}" }، أو يطبع أمر رمزًا، imap.token = ["…"]
bridge-publisher = يحدّد `component` أو `account` من ينشر: واحد منهما
bridge-no-component = لا يوجد `[[component]]` { $domain }
bridge-user-node = يجب أن يكون { "{" }user{ "}" } مرة واحدة في `node` { $node }، بين شرطتين مائلتين كما في /example/{ "{" }user{ "}" }/mail/{ "{" }mailbox{ "}" }؛ وأن يكون { "{" }mailbox{ "}" } فيه مرة واحدة أو لا يكون
bridge-user-owner = `owner` { $owner } ليس { "{" }user{ "}" }@ يليه نطاق، كما في { "{" }user{ "}" }@example.org
bridge-user-http = يجب أن يكون { "{" }user{ "}" } مرة واحدة في `http.user` { $user }
bridge-users-file = `users.file` { $path }: { $why }
bridge-folder = `folders`: «{ $name }» مكرر، أو لا يمكن أن يكون مجلدًا
bridge-folders = في `folders` عدد { $n } من المجلدات؛ والمقبول من 1 إلى { $most }
bridge-secret-trouble = سر HTTP: { $why }
bridge-listen = تعذّر الاستماع عند { $listen }: { $why }
bridge-running = جسر آخر يعمل بهذا الإعداد

## مقاطع تعذّرت قراءتها

stanza-at = المقطع { $n }: { $why }
stanza-cut = ينتهي الدخل في وسطه
stanza-text = نص حيث ينبغي أن يبدأ مقطع
stanza-end-tag = وسم نهاية بلا بدايته
stanza-doctype = تصريح بنوع المستند
stanza-none = ليس <{ $name }> في نطاق الأسماء «{ $namespace }» مقطعًا
stanza-items = { $n } عنصر أكثر مما يحتمله مقطع واحد

## الفحوص: الإعدادات و`mailwrenctl doctor`

doctor-engine-on = يعمل
doctor-engine-off = لا يعمل، فلا يُخبَر عن أي بريد
doctor-engine-do = شغّل التطبيق أو `mailwrenctl watch`.
doctor-config-do = أصلح { $path }؛ يلاحظ Mailwren ذلك من تلقاء نفسه.
doctor-store-good = يمكن القراءة منه والكتابة فيه
doctor-store-do = أفسح مكانًا على القرص، وتأكد أن المجلد لك.
doctor-keyring-good = مفتوحة
doctor-keyring-absent = لا تعمل أي حلقة مفاتيح
doctor-keyring-absent-do = شغّل واحدة (gnome-keyring أو KWallet أو KeePassXC)، أو استعمل ملف كلمة سر أو أمرًا.
doctor-keyring-locked = مقفلة
doctor-keyring-locked-do = افتحها: لا يستطيع Mailwren الدخول بلا كلمة السر.
doctor-no-desktop = لا جلسة سطح مكتب هنا، كما على خادم
doctor-bus-good = يمكن الوصول إليه
doctor-bus-do = شغّل Mailwren داخل جلسة سطح المكتب: يقود DBUS_SESSION_BUS_ADDRESS إلى ناقلها.
doctor-daemon-absent = لا تعمل أي خدمة إشعارات
doctor-daemon-do = شغّل خدمة سطح مكتبك، أو ثبّت واحدة مثل dunst أو xfce4-notifyd.
doctor-daemon-good = { $name }: { $what }
doctor-daemon-buttons = { $name }: بلا أزرار ({ $what })
doctor-daemon-buttons-do = لا يمكن إلا فتح البريد بالنقر؛ تقدم خدمات أخرى أكثر.
doctor-tray-good = تُعرض الأيقونات
doctor-tray-absent = لا شيء يعرض أيقونات في الشريط
doctor-tray-do = في GNOME تفعل ذلك إضافة مثل AppIndicator. تشغيل Mailwren ثانيةً يفتح قائمته.
problem-tray = لا شيء هنا يعرض أيقونات في الشريط.
problem-logind = لا شيء هنا يخبر بقفل الشاشة أو بسكون الجهاز: خدمة logind غائبة.
problem-logind-do = يُلاحظ معظم ذلك على أي حال، لكن متأخرًا.
doctor-login-do = أدخل كلمة المرور في الإعدادات، أو بالأمر `mailwrenctl account add`.
doctor-push-do = تبيّن الفحوص أعلاه أين تتوقف. تُعاد المحاولة تلقائيًا.
doctor-nodes-none = لا يُصغى إلى أي عقدة
doctor-nodes-do = اسأل صاحب العقدة، أو اختر عقدًا أخرى في الحسابات.

## أخطاء `mailwrenctl`

cli-no-account = لا يوجد حساب { $jid }
cli-no-event = لا يوجد حدث { $event }
cli-no-event-do = يعرض `mailwrenctl feed list` الأحداث المحفوظة.
cli-none = لم يُعَدّ أي حساب
cli-none-do = أضف واحدًا بالأمر `mailwrenctl account add JID`، أو جرّب `mailwrenctl demo`.
cli-reply = يجيب المحرك بغير ما سُئل عنه
