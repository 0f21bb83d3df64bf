### Что говорит игра по-русски.
###
### К игроку обращаемся на «вы», со строчной буквы; коротко и по-дружески. Одно слово для одного понятия:
###
###   ship корабль · hull корпус · boost форсаж · hold трюм · gun орудие · ore руда · asteroid, rock астероид · crystal кристалл
###   station станция · sector сектор · safe zone безопасная зона · pilot пилот · bot бот · seat место · room комната
###   credits кредиты (кр) · score очки · leaderboard таблица · account аккаунт · words, key слова, ключ
###   connection соединение · network сеть · link связь · snapshot снимок · command команда · tick такт · to fire стрелять
###
### Имена игроков не склоняются: фраза строится так, чтобы имя стояло в именительном падеже.

-game = Driftfield

## Начальная страница

page-language = Русский
page-languages = Язык
page-description = Летайте, добывайте руду, возите грузы и сражайтесь в одном секторе со всеми. Прямо в браузере, без установки.
page-noscript = Для { -game } нужны JavaScript и WebAssembly: разрешите скрипты на этой странице.
page-world = Мир вокруг вашего корабля
page-tagline =
    Колите астероиды, возите руду, держитесь.
    Один сектор на всех.
page-name = Ваше имя
page-name-example = { pilot }
page-rooms = Комнаты
page-mouse = мышь
page-click = клик
page-fly = полёт
page-aim = прицел
page-fire = огонь
page-boost = форсаж
page-left-thumb = левый палец
page-right-thumb = правый палец
page-aim-and-fire = прицел и огонь
page-loading = Загрузка…
page-still-loading = Всё ещё загружается…
page-no-such-room = Комнаты «{ $room }» здесь нет. Открыты эти:
page-opened-by = Хозяин: { $name }
page-about-frontier = Добывайте, возите, торгуйте и сражайтесь в одном открытом секторе.
page-locked = по приглашению
page-full = мест нет
page-ping = Пинг { NUMBER($count) } мс
page-own-room = Открыть свою комнату
page-party = { $leader } зовёт вас в группу: в ней { NUMBER($members) } из { NUMBER($max) }. «Играть» — и вы в ней.
page-no-party = Эта ссылка больше не ведёт ни в какую группу. Попросите новую.
page-no-room = Сейчас нет ни одной открытой комнаты.
page-pilots = { $count ->
    [one] { NUMBER($count) } пилот
    [few] { NUMBER($count) } пилота
    [many] { NUMBER($count) } пилотов
   *[other] { NUMBER($count) } пилота
}
page-bots = { $count ->
    [one] { NUMBER($count) } бот
    [few] { NUMBER($count) } бота
    [many] { NUMBER($count) } ботов
   *[other] { NUMBER($count) } бота
}
page-no-wasm = В этом браузере нет WebAssembly, а игра работает на нём. Подойдёт свежий Firefox, Chrome, Edge или Safari.
page-no-webgl2 = { no-webgl2 }
page-no-workers = Этот браузер слишком старый для игры: в нём нет модульных воркеров. Подойдёт свежий Firefox, Chrome, Edge или Safari.
page-not-loaded = Не удалось загрузить игру. Обновите страницу и попробуйте ещё раз.
page-stopped = Игра остановилась из-за собственной ошибки. Обновите страницу.

play = Играть
pilot = Пилот
reload = Обновить
try-now = Попробовать сейчас
connecting = Соединение…
preparing = Подготовка { NUMBER($percent) } %
percent = { NUMBER($percent) } %

## Почему не играется

no-webgl2 = В этом браузере нет WebGL2, а игра рисует с его помощью. Он есть в свежих Firefox, Chrome, Edge и Safari; если ваш браузер свежий, включите аппаратное ускорение.
no-shader = Видеодрайвер не принял часть графики игры ({ $name }). Может помочь новый драйвер или другой браузер.
no-graphics-memory = У видеодрайвера нет места для игры. Может помочь, если закрыть другие вкладки.
broken-page = Страница загружена не полностью. Обновите её.
broken-rules = В этой комнате играть нельзя: её правила противоречат друг другу.
no-worker = Не работает та часть игры, которая общается с сервером. Возможно, её блокирует расширение или фильтр: разрешите этой странице скрипты и обновите её.

why-lost = Соединение потеряно.
why-unreachable = Сервер недоступен.
why-no-room = На сервере нет открытых комнат.
why-no-such-room = Комнаты «{ $room }» здесь нет.
why-foreign-page = Сервер не пускает игроков со страниц этого адреса. Откройте игру по адресу самого сервера или попросите его владельца разрешить этот адрес.
why-too-many = Из вашей сети пришло слишком много запросов.
why-unavailable = Сервер сейчас никого не впускает: он перезапускается или полон.
why-no-sockets = Сервер отвечает, но WebSocket до него не доходит: по пути его блокирует прокси или фильтр.
why-status = Сервер отказал в соединении (статус HTTP { $status }).
why-no-accounts = Сервер сейчас не открывает аккаунты. Ваш не потерян.
why-account-refused = Сервер не открыл ваш аккаунт. Ключ от него по-прежнему хранится в этом браузере.
why-again = { $why } Пробуем ещё раз…
why-again-in = { $why } Новая попытка через { NUMBER($seconds) } с.

close-wrong-version = Страница старее или новее сервера: обновите её.
close-wrong-content = Правила игры изменились: обновите страницу.
close-room-full = Комната заполнена.
close-shutting-down = Сервер выключается.
close-timed-out = Соединение слишком долго молчало.
close-malformed = Соединение передало что-то не по правилам игры.
close-too-long = Соединение передало слишком длинное сообщение.
close-too-much = Соединение передало слишком много.
close-too-slow = Соединение слишком медленное для игры.
close-taken-over = Этим кораблём теперь управляют из другого окна.
close-left = Вы вышли из комнаты.
close-seat-needed = Место понадобилось человеку.
close-idle = Вас не было, а ваше место ждал другой игрок.
close-no-seat = У этого второго соединения нет места в комнате.
close-ticket-expired = Время входа в ваш аккаунт истекло.
close-internal-error = В комнате произошла внутренняя ошибка, комната перезапускается.
close-banned = Вам закрыт доступ на этот сервер.
close-kicked = Модератор выгнал вас из игры. Вернуться можно через минуту.
close-voted-out = Игроки этой комнаты проголосовали за то, чтобы вы ушли. Вернуться можно через десять минут.
close-not-invited = В эту комнату входят только по приглашению: попросите ссылку у её хозяина.
close-still-elsewhere = Ваш корабль в другой комнате ещё не убран. Попробуйте через минуту.
ban-until = Запрет действует до { $until }.
ban-note = Причина: { $note }.

## В полёте

credits = { $credits } кр
score = Очки { $score }
ship = Ваш корабль
hull = Корпус
shield = Щит
energy = Энергия
boost = Форсаж
hold = Трюм
corner-board = таблица
corner-network = сеть
corner-keys = клавиши
corner-menu = меню
corner-chat = чат
corner-phrases = фразы
board-pilot = Пилот
board-score = Очки
board-kills = Сбито
board-bot = бот
feed = Сбитые корабли
feed-destroyed = сбивает
someone = кто-то

death = Корабль сбит
death-by = Противник: { $killer }
death-soon = Новый корабль через { NUMBER($seconds) } с
death-now = Вылетаем

banner-draining = Сервер скоро перезапустится. Ваше место останется за вами.
banner-unsaved = Сервер сейчас не может сохранять. То, что вы делаете, пропадёт, если он остановится.
banner-connecting = Соединяемся снова…
banner-fly-here = Летать отсюда
banner-back = На начальную страницу
stall = Сервер молчит
stall-seconds = { $seconds } с

toast-sold = +{ NUMBER($credits) } кр
toast-full = Трюм полон: продайте руду на станции
toast-safe = Безопасная зона: здесь не стреляют
toast-leaving = Вы покидаете безопасную зону
toast-protected = Вы под защитой, пока не стреляете
toast-not-docked = Сначала подлетите к станции: магазин в доке
toast-guns-off = В безопасной зоне орудия отключены
toast-seat-kept = Вы снова в своём корабле
toast-seat-lost = Прежнее место занято: у вас новый корабль
toast-seat-wanted = Вы здесь? Вашего места ждёт другой игрок: { NUMBER($seconds) } с
toast-unknown-pad = Неизвестный геймпад: первый стик — полёт, первая кнопка — огонь

## Подсказки: чем и зачем

hint-fly-keys = или стрелки — полёт
hint-fly-touch = Левый палец
hint-fly-pad = Левый стик
hint-fly-why = — полёт
hint-go-out = Вылетайте из кольца
hint-go-out-why = к астероидам
hint-mine-keys = Левая кнопка или пробел
hint-mine-keys-why = — огонь: расколите астероид
hint-mine-touch = Правый палец
hint-mine-touch-why = — прицел и огонь: расколите астероид
hint-mine-pad = Правый стик и курок
hint-mine-pad-why = — прицел и огонь: расколите астероид
hint-collect = Пролетите над кристаллами
hint-collect-why = и соберите их
hint-sell = Летите к станции
hint-sell-why = и продайте руду

## Чат

chat = Чат
chat-field = Сообщение для всех
chat-send = Отправить
chat-close = Закрыть чат
chat-older = Более ранние сообщения
chat-to-one = Это прочтёт только { $name }
chat-to-party = Это прочтёт только ваша группа
chat-party = группе
chat-you = вы
chat-whisper = Шепнуть игроку { $name }
chat-left = { $count ->
    [one] Остался { NUMBER($count) } знак
    [few] Осталось { NUMBER($count) } знака
    [many] Осталось { NUMBER($count) } знаков
   *[other] Осталось { NUMBER($count) } знака
}
chat-too-long = { $count ->
    [one] { NUMBER($count) } лишний знак
    [few] { NUMBER($count) } лишних знака
    [many] { NUMBER($count) } лишних знаков
   *[other] { NUMBER($count) } лишнего знака
}
chat-sending = отправляется
chat-sent = отправлено
chat-retry = Ещё раз
chat-discard = Не отправлять
chat-left-room = Вы вышли из комнаты раньше, чем это было сказано.
chat-ping = указывает место
chat-unknown = Команды «{ $command }» нет. Все команды покажет /help.
chat-nobody = Игрока с именем «{ $name }» здесь нет.
chat-nobody-to-answer = Вам ещё никто не шептал.
chat-full = Слишком много ваших сообщений ещё в пути.
command-w = /w имя текст: сказать одному игроку
command-r = /r текст: ответить на последний шёпот
command-me = /me текст: сказать, что вы делаете
command-party = /party текст или /p текст: сказать своей группе
command-help = /help: показать эти команды. // в начале строки — косая черта
command-ignore = /ignore имя: больше не слышать игрока; он об этом не узнает
command-unignore = /unignore имя: снова слышать игрока
command-ignored = /ignored: кого вы не слышите
command-friend = /friend имя: предложить дружбу или принять предложение
command-unfriend = /unfriend имя: больше не дружить или отказать
command-friends = /friends: ваши друзья и где они сейчас
command-invite = /invite имя: позвать игрока в свою группу
command-accept = /accept: войти в группу, в которую вас позвали последней
command-decline = /decline: отказаться
command-leave = /leave: выйти из группы
command-report = /report имя причина: пожаловаться модераторам; они увидят последние слова игрока
command-votekick = /votekick имя причина: голосование комнаты о том, чтобы игрок ушёл
command-yes = /yes: голос «за»
command-no = /no: голос «против»
command-mute = /mute имя 10m причина: для помощников и старше; сроки: 30s, 10m, 2h, 3d, 1w, forever
command-unmute = /unmute имя: для модераторов
command-kick = /kick имя причина: для помощников и старше
command-ban = /ban имя 3d причина: для модераторов; можно и network:хеш
command-unban = /unban имя: для модераторов; можно и network:хеш
command-who = /who имя: аккаунт и сеть, для помощников и старше
command-role = /role имя helper: player, helper или moderator, для администраторов
command-announce = /announce текст: сказать всем на сервере, для администраторов

## О чём игрока извещают, кроме чужих слов

told-ignoring = Вы больше не слышите игрока { $name }. /unignore вернёт всё как было.
told-hearing = Вы снова слышите игрока { $name }.
told-ignored-nobody = Вы слышите всех.
told-ignored = Вы не слышите: { $names }.
told-reported = Модераторы увидят вашу жалобу и последние слова этого игрока. Спасибо.
told-moderated = { $name }: сделано.
told-announced = Сообщение отправлено всем.
told-voted = Ваш голос учтён.
told-friend-nothing = Вы с игроком { $name } больше не друзья.
told-friend-asked = Игроку { $name } предложена дружба.
told-friend-made = Вы с игроком { $name } теперь друзья.
told-friends-none = У вас здесь пока нет друзей. /friend имя — предложить дружбу.
told-friends = Друзья: { $names }.
friend-in-room = { $name } (в комнате { $room })
friend-asking = { $name } (предлагает дружбу)
friend-asked = { $name } (ещё не ответил)
told-party-in = Вы в группе. /p — сказать ей что-нибудь.
told-party-out = Теперь вы ни в какой группе.
told-party-asked = Игрок { $name } приглашён в вашу группу.
told-dossier = { $name }: { $role }, { $account }, { $network }.
told-is-mute = Молчит ещё { $time }.
told-is-mute-for-good = Молчит навсегда.
told-is-banned = Доступ закрыт ещё на { $time }.
told-is-banned-for-good = Доступ закрыт навсегда.
role-player = игрок
role-helper = помощник
role-moderator = модератор
role-admin = администратор
vote-open = { $starter } предлагает удалить из комнаты игрока { $name }.
vote-stands = За: { NUMBER($yes) }, против: { NUMBER($no) }, нужно: { NUMBER($needed) }. /yes или /no
vote-yes = Да, удалить
vote-no = Нет, оставить
vote-passed = Игрок { $name } удалён из комнаты.
vote-failed = { $name } остаётся: голосов не хватило.

phrase-hello = Привет!
phrase-yes = Да.
phrase-no = Нет.
phrase-help = Помогите!
phrase-follow = За мной.
phrase-thanks = Спасибо!
phrase-sorry = Извините!
phrase-well-played = Отлично сыграно!
phrases = Быстрые фразы

refusal-too-often = Слишком часто: попробуйте через { NUMBER($seconds) } с.
refusal-mute = Вам нельзя говорить ещё { NUMBER($seconds) } с.
refusal-mute-for-good = Вам нельзя говорить на этом сервере.
refusal-no-name = В этом имени нет ни одной видимой буквы.
refusal-nothing-to-say = В этом нет ничего видимого.
refusal-line-too-long = Это слишком длинно для одной строки.
refusal-no-account = Для этого нужен аккаунт, а у гостя его нет.
refusal-nobody-there = Это некому услышать.
refusal-busy = Сервер занят: попробуйте чуть позже.
refusal-not-allowed = Ваша роль этого не позволяет.
refusal-outranked = Роль этого игрока не ниже вашей.
refusal-no-such-player = Такого игрока здесь никто не знает.
refusal-ambiguous = Это имя носят несколько аккаунтов: укажите номер.
refusal-term-too-long = Ваша роль позволяет это не дольше чем на { NUMBER($seconds) } с.
refusal-not-in-force = Отменять нечего: ничего не действует.
refusal-yourself = С собой так поступить нельзя.
refusal-list-full = Список полон.
refusal-vote-running = Голосование уже идёт.
refusal-no-vote = Такого голосования для вас нет.
refusal-too-few-voters = Для голосования { $needed ->
    [one] нужен { NUMBER($needed) } активный игрок
    [few] нужны { NUMBER($needed) } активных игрока
    [many] нужно { NUMBER($needed) } активных игроков
   *[other] нужно { NUMBER($needed) } активного игрока
}.
refusal-already-voted = Вы уже проголосовали.
refusal-in-party = Вы уже в группе. /leave — выйти из неё.
refusal-no-party = Такой группы нет: её ссылку сменили, или вы ни в какой группе.
refusal-party-full = Группа заполнена: больше { NUMBER($max) } в неё не входит.
refusal-not-leader = Это может только ведущий группы.
refusal-no-invitation = Это приглашение больше не действует.
refusal-settings-too-long = Эти настройки слишком длинные для других браузеров. Здесь они сохранены.
refusal-not-docked = Это делается в доке.
refusal-not-offered = Цена изменилась. Посмотрите ещё раз.
refusal-not-yet = Сначала нужен другой корпус.
refusal-no-mount = В вашем корпусе для этого нет места.
refusal-hold-too-full = В трюме больше, чем туда поместится. Сначала продайте часть.
refusal-too-dear = На это не хватает кредитов.

## Магазин

shop = Магазин
shop-open = Магазин
shop-hulls = Корпуса
shop-weapons = Оружие
shop-engines = Двигатели
shop-shields = Щиты
shop-holds = Трюмы
shop-tools = Инструменты
shop-mounted = стоит
shop-owned = ваше
shop-no-mount = нет места
shop-basic = ничего особенного
# Прочность, скорость, единицы руды, энергия.
shop-hull = корпус { NUMBER($points) }, скорость { NUMBER($speed) }, трюм { NUMBER($hold) }, энергия { NUMBER($energy) }
# Урон в секунду, если все попали; дальность; энергия в секунду.
shop-weapon = урон { NUMBER($harm) }/с, дальность { NUMBER($range) }, энергия { NUMBER($energy) }/с
shop-shield = держит { NUMBER($points) } урона, восстанавливает { NUMBER($rate) }/с
shop-delay = через { NUMBER($seconds) } с
shop-hold = трюм +{ NUMBER($units) }
shop-reach = берёт руду на { NUMBER($reach) } дальше
# Изменение в процентах со знаком: +18.
shop-thrust = тяга { $change } %
shop-boost = форсаж { $change } %
shop-recharge = энергия { $change } %
shop-drill = урон камням { $change } %

## Меню

menu = Меню
fly-on = Лететь дальше
menu-keys = Клавиши
menu-network = Показатели сети
menu-language = Язык
menu-size = Размер интерфейса
menu-smaller = Меньше
menu-larger = Больше
menu-invite = Скопировать ссылку на комнату
menu-invite-copied = Ссылка скопирована
menu-invite-by-hand = Скопируйте вручную:
menu-leave = Выйти из комнаты

## Настройки

settings = Настройки
settings-name = Ваше имя
settings-rename = Сменить
settings-renamed = Теперь вас зовут { $name }.
settings-mask = Скрывать грубые слова в чате
settings-still = Меньше движения
settings-press-key = Нажмите клавишу…
settings-await-key = { $action }: нажмите нужную клавишу. Esc ничего не меняет.
settings-key-taken = Эта клавиша занята: { $action }.
settings-key-unusable = Эта клавиша не подходит. Выберите другую.
settings-key = { $action }: { $keys }
settings-reset-keys = Вернуть все клавиши

## Клавиши

key-up = Полёт вверх
key-left = Полёт влево
key-down = Полёт вниз
key-right = Полёт вправо
key-command = Команда чата

key-fly = Полёт
key-aim = Прицел
key-fire = Огонь
key-boost = Форсаж
key-shop = Магазин на станции
key-board = Таблица
key-bad-link = Плохая связь
key-help = Эта справка
key-chat = Чат
key-phrases = Быстрые фразы
key-ping = Указать место
key-middle-button = средняя кнопка
key-mouse = мышь
key-left-button = левая кнопка
key-right-button = правая кнопка
key-space = пробел
help-pad = Геймпад
help-pad-how = стики — полёт и прицел, курки — огонь и форсаж, Start — меню, Y — быстрые фразы, X — указать место, вниз на крестовине — магазин
help-touch = Сенсорный экран
help-touch-how = левый палец — полёт, правый — прицел и огонь; задержите палец на карте, чтобы указать место

## Аккаунт

account = Аккаунт
account-what = Корабль, кредиты и имя принадлежат аккаунту, а ключ от него хранит этот браузер. Если стереть данные сайта, ключ пропадёт. Двенадцать слов — это копия ключа.
account-show = Показать мои двенадцать слов
account-enter = Ввести слова с другого устройства
account-rotate = Сменить мои слова
account-delete = Удалить аккаунт
account-back = Назад
account-show-what = Запишите эти слова по порядку. У кого они есть, у того и ваш аккаунт: никому их не показывайте.
account-enter-what = Вы выйдете из комнаты, и дальше этот браузер будет играть за аккаунт этих слов. Нынешний ключ он забудет: если хотите вернуться к этому аккаунту, сначала запишите свои слова.
account-enter-field = Двенадцать слов с другого устройства
account-enter-now = Играть за этот аккаунт
account-rotate-what = Вы получите новые слова. Старые слова и все устройства с ними сразу потеряют этот аккаунт. Чтобы играть там снова, введите там новые слова. Корабль, кредиты и имя останутся.
account-delete-what = Корабль, кредиты и имя будут удалены с этого сервера навсегда. Вы выйдете из комнаты, а в следующий раз начнёте заново, с новым аккаунтом.
account-delete-now = Удалить аккаунт навсегда
account-no-storage = Браузер ничего не сохраняет для этой страницы, и новые слова пропали бы. Ничего не изменено.
account-rotated = Это ваши новые слова. Старые больше ничего не открывают.
account-unknown = Сервер больше не знает этого аккаунта: его удалили или его слова сменили на другом устройстве.
account-rotation-unsure = Сервер не ответил. Ничего не потеряно, но слова могли смениться: попробуйте ещё раз, прежде чем их записывать.
account-rotation-open = Сервер не отвечает, а слова вашего аккаунта как раз менялись. Ничего не потеряно: попробуйте чуть позже.
account-deletion-unsure = Сервер этого не подтвердил. Попробуйте чуть позже.
account-deleted = Аккаунт удалён. В следующий раз вы начнёте заново.
account-no-list = Не удалось загрузить список слов. Вернитесь назад и попробуйте чуть позже.
account-same = Этот браузер уже играет за этот аккаунт.
words-count = Нужно двенадцать слов, а здесь { $count ->
    [one] { NUMBER($count) } слово
    [few] { NUMBER($count) } слова
    [many] { NUMBER($count) } слов
   *[other] { NUMBER($count) } слова
}.
words-unknown = Слова «{ $word }» (номер { NUMBER($place) }) нет в списке.
words-checksum = Эти слова не подходят друг к другу: одно из них неверно или стоит не на своём месте.

## Сеть

network = Сеть
network-close = Закрыть панель сети
network-intervals = Время между снимками
network-kinds = По видам
network-kinds-what = Получено, по видам
network-connection = Соединение
network-ping = Пинг
network-frames = Кадры
network-snapshots = Снимки
network-received = Получено
network-delay = Задержка показа
network-margin = Запас команд (такты)
network-corrections = Поправки
network-late = Опоздавшие команды
network-sockets = Сокеты для команд
network-hits = Попадания
network-hits-of = { NUMBER($confirmed) } из { NUMBER($predicted) }
network-entities = Объекты на виду

state-idle = нет
state-connecting = открывается
state-open = открыто
state-waiting = ожидание
state-closed = закрыто

part-header = Начало
part-ships = Корабли
part-arrivals = Новые
part-shots = Выстрелы
part-asteroids = Астероиды
part-ores = Руда
part-own = Своё

milliseconds = { NUMBER($count) } мс
per-second = { NUMBER($count) } /с
bytes-per-second = { $count } Б/с
kilobytes-per-second = { $count } кБ/с
megabytes-per-second = { $count } МБ/с
bits-per-second = { $count } бит/с
kilobits-per-second = { $count } кбит/с
megabits-per-second = { $count } Мбит/с

bad-link = Плохая связь
bad-link-each-way = в каждую сторону
bad-link-presets = Готовые примеры плохой связи
bad-link-off = Выкл.
bad-link-near = 50 мс
bad-link-far = 150 ± 50 мс
bad-link-stalls = Паузы
bad-link-narrow = 64 кбит
bad-link-spelled = Словами
bad-link-set = Задать
bad-link-form = `{ $part }` не имеет вида имя=значение
bad-link-name = неизвестное свойство `{ $name }`; у связи есть latency, jitter, stall и rate
bad-link-duration = `{ $value }` — не время вида 80ms или 1.5s; самое большее — час
bad-link-rate = `{ $value }` — не скорость вида 256kbit или 2mbit
bad-link-stalls-overlap = между паузами должно проходить хотя бы вдвое больше времени, чем они длятся

## Уведомления

notices = Уведомления
notices-unread = { $count ->
    [one] { NUMBER($count) } новое уведомление
    [few] { NUMBER($count) } новых уведомления
    [many] { NUMBER($count) } новых уведомлений
   *[other] { NUMBER($count) } новых уведомления
}
notices-empty = Пока ничего не сообщалось.
notices-choices = О чём сообщать
notices-level = Насколько заметно
notices-outside = и когда вкладка скрыта
notices-outside-denied = Браузер не разрешает этой странице присылать уведомления. Разрешить можно в настройках браузера для этой страницы.
level-silent = только в списке
level-badge = считать новым
level-toast = показывать
level-sound = показывать со звуком
kind-host = Объявления хозяина
kind-friends = Друзья
kind-party = Ваша группа
kind-rounds = Начало раундов
kind-bounties = Награды за корабли
kind-trade = Продажи и готовая работа
kind-moderation = Модерация
notice-announced = Хозяин сервера: { $text }
notice-restarting = Сервер перезапустится в { $time }. Корабль останется за вами.
notice-not-restarting = Сервер всё-таки не перезапустится.
notice-muted = Вам нельзя писать ещё { $time }.
notice-muted-for-good = Вам больше нельзя здесь писать.
notice-unmuted = Вам снова можно писать.
notice-kicked = Модератор выгнал вас из игры.
notice-banned = Вам закрыли доступ на { $time }.
notice-banned-for-good = Вам закрыли доступ навсегда.
notice-unbanned = Запрет на вход снят.
notice-reason = Причина: { $note }
notice-role-player = У вас больше нет особой роли.
notice-role-helper = Теперь вы помощник: можете запрещать писать и выгонять.
notice-role-moderator = Теперь вы модератор: можете ещё и закрывать доступ.
notice-role-admin = Теперь вы администратор.
notice-voted-out = Игроки комнаты проголосовали за то, чтобы вы ушли.
notice-friend-asked = { $name } хочет с вами дружить.
notice-friend-made = { $name } теперь у вас в друзьях.
notice-party-asked = { $name } зовёт вас в группу.
notice-party-joined = { $name } теперь в вашей группе.
notice-party-removed = { $name } исключает вас из группы.
notice-party-left = { $name } больше не в вашей группе.
notice-job-done = Готово: { NUMBER($count) } × { $what }.
notice-sold = Продано: { NUMBER($count) } × { $what } за { NUMBER($credits) } кр.
notice-round-starting = Раунд начнётся в { $time }.
notice-bounty-set = За ваш корабль назначена награда: { NUMBER($credits) } кр.
notice-bounty-paid = Вам заплатили { NUMBER($credits) } кр. за корабль игрока { $name }.
term-seconds = { $count ->
    [one] { NUMBER($count) } секунду
    [few] { NUMBER($count) } секунды
    [many] { NUMBER($count) } секунд
   *[other] { NUMBER($count) } секунды
}
term-minutes = { $count ->
    [one] { NUMBER($count) } минуту
    [few] { NUMBER($count) } минуты
    [many] { NUMBER($count) } минут
   *[other] { NUMBER($count) } минуты
}
term-hours = { $count ->
    [one] { NUMBER($count) } час
    [few] { NUMBER($count) } часа
    [many] { NUMBER($count) } часов
   *[other] { NUMBER($count) } часа
}
term-days = { $count ->
    [one] { NUMBER($count) } день
    [few] { NUMBER($count) } дня
    [many] { NUMBER($count) } дней
   *[other] { NUMBER($count) } дня
}

## Группа

party = Группа и друзья
party-what = Группа держится вместе: у неё свой чат, её игроки видны на карте, и она следует за ведущим из комнаты в комнату.
party-open = Создать группу
party-copy = Скопировать ссылку в группу
party-copy-room = Скопировать ссылку в группу и эту комнату
party-renew = Сменить ссылку; старая перестанет действовать
party-leave = Выйти из группы
party-friends = Друзья в сети
party-invite = Позвать
party-accept = Войти
party-decline = Нет, спасибо
party-join = Присоединиться
party-remove = Исключить
party-about = { $what }: { $name }
party-you = (вы)
party-leader = лидер
party-offline = не в сети
party-here = в этой комнате
party-in-room = в комнате { $room }
party-invited = { $name } зовёт вас в группу.
party-not-invited = Вас никто не звал в группу.
party-follow = { $name } переходит в комнату { $room }. Вы следом через
party-stay = Остаться

## Своя комната

own-room = Своя комната
own-room-what = Для вас и друзей или для всех. Правила — как у хозяина сервера; комната закрывается через несколько минут после ухода последнего игрока.
own-room-name = Название
own-room-name-example = Ваша комната
own-room-name-of = Комната: { $name }
own-room-seats = Места
own-room-bots = Боты
own-room-locked = Только по приглашению
own-room-open = Открыть комнату
own-room-is-open = Ваша комната открыта. Кто откроет эту ссылку, полетит с вами:
own-room-link = Ссылка
own-room-copy = Скопировать ссылку
own-room-enter = Лететь туда
own-room-close = Закрыть
own-room-none = Хозяин этого сервера не разрешает комнаты игроков.
own-room-bad-name = Такое название не подходит.
own-room-bad-seats = В комнате бывает от 2 до { NUMBER($max) } мест.
own-room-bad-bots = Ботов должно быть меньше, чем мест.
own-room-has-one = Ваша комната или две комнаты из вашей сети уже открыты. Комната закрывается через несколько минут после ухода последнего игрока.
own-room-full = Комнат уже столько, сколько разрешил хозяин сервера. Войдите в одну из них или попробуйте позже.
own-room-too-soon = Вы только что открыли комнату. Попробуйте через { NUMBER($seconds) } с.
own-room-gone = Эта комната закрыта.
own-room-bad-invitation = Это приглашение к этой комнате не подходит. Попросите новую ссылку.
own-room-too-many-guests = В этой комнате гостей уже столько, сколько может быть.
own-room-unavailable = Сейчас не получается. Попробуйте немного позже.

## Названия

content-hull-sparrow = Воробей
content-hull-kestrel = Пустельга
content-hull-mole = Крот
content-hull-wisp = Огонёк
content-hull-ox = Вол
content-hull-bastion = Бастион
content-weapon-pulse = Импульсная пушка
content-weapon-scatter = Дробовик
content-weapon-lance = Копьё
content-weapon-stutter = Скорострел
content-part-drive = Двигатель
content-part-sprinter = Спринтер
content-part-afterburner = Форсаж
content-part-plating = Обшивка
content-part-ward = Оберег
content-part-veil = Вуаль
content-part-bulwark = Вал
content-part-lockers = Шкафы
content-part-racks = Стеллажи
content-part-vault = Хранилище
content-part-clamp = Захват
content-part-drill = Бур
content-part-tractor = Тягач
content-ore-ferrite = Феррит
content-ore-cobalt = Кобальт
content-ore-aurum = Аурум
content-mode-frontier = Фронтир
content-mode-proving-ground = Полигон
content-sector-frontier = Фронтир
content-sector-proving-ground = Полигон
content-sector-proving-ground-open = Открытый полигон
content-sector-proving-ground-packed = Тесный полигон
content-station-harbour = Гавань
content-station-lantern = Фонарь
content-station-cairn = Каирн
content-field-shallows = Мели
content-field-lee = Затишье
content-field-breakers = Буруны
content-field-blue-drift = Синий дрейф
content-field-long-reef = Длинный риф
content-field-lantern-shoals = Отмели Фонаря
content-field-deeps = Глубины
content-field-gilded-hollow = Золотая лощина
content-gate-cairn-gate = К Фонарю
content-gate-lantern-gate = К Каирну
content-gate-deep-gate = К Лощине
content-gate-hollow-gate = К Глубинам
content-room-frontier = Фронтир
content-room-proving-ground = Полигон
content-room-proving-ground-open = Открытый полигон
