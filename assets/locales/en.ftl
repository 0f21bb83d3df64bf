### What the page says in English. Every other language has the same messages.
###
### A name that begins with `page-` is said by the page's HTML and by `boot.js`, before the game is there. A name that begins
### with `content-` is the name of a hull, an ore, a station and so on, after its `id`; it must be the name in the content itself.

-game = Driftfield

## The start page

page-language = English
page-languages = Language
page-description = Fly, mine, haul and fight in one sector with everybody else. In the browser, nothing to install.
page-noscript = { -game } is played with JavaScript and WebAssembly: please allow scripts for this page.
page-world = The world around your ship
page-tagline =
    Break rocks, haul ore, hold your own.
    One sector, everyone in it.
page-name = Your name
page-name-example = { pilot }
page-rooms = Rooms
page-mouse = mouse
page-click = click
page-fly = fly
page-aim = aim
page-fire = fire
page-boost = boost
page-left-thumb = left thumb
page-right-thumb = right thumb
page-aim-and-fire = aim, fire
page-loading = Loading…
page-still-loading = Still loading…
page-no-such-room = There is no room “{ $room }” here. These are open:
page-opened-by = Opened by { $name }
page-about-frontier = Mine, haul, trade and fight in one open sector.
page-locked = by invitation
page-full = full
page-ping = Ping { NUMBER($count) } ms
page-own-room = Open a room of your own
page-party = { $leader } invites you into a party: { NUMBER($members) } of { NUMBER($max) } are in it. Play joins it.
page-no-party = That link leads to no party any more. Ask for a new one.
page-no-room = No room is open at the moment.
page-pilots = { $count ->
    [one] { NUMBER($count) } pilot
   *[other] { NUMBER($count) } pilots
}
page-bots = { $count ->
    [one] { NUMBER($count) } bot
   *[other] { NUMBER($count) } bots
}
page-no-wasm = This browser cannot run WebAssembly, which the game is made of. A current Firefox, Chrome, Edge or Safari can.
page-no-webgl2 = { no-webgl2 }
page-no-workers = This browser is too old for the game: it has no module workers. A current Firefox, Chrome, Edge or Safari has them.
page-not-loaded = The game could not be loaded. Reload the page to try again.
page-stopped = The game has stopped, by an error of its own. Please reload the page.

play = Play
pilot = Pilot
reload = Reload
try-now = Try now
connecting = Connecting…
preparing = Preparing { NUMBER($percent) }%
percent = { NUMBER($percent) }%

## Why there is no game

no-webgl2 = This browser has no WebGL2, which the game draws with. A current Firefox, Chrome, Edge or Safari has it; if yours is current, switch hardware acceleration on.
no-shader = The graphics driver refused a part of the game's drawing ({ $name }). A newer driver or another browser may help.
no-graphics-memory = The graphics driver has no room for the game. Closing other tabs may help.
broken-page = The page is incomplete. Please reload it.
broken-rules = The room cannot be played: its rules do not fit together.
no-worker = The part of the game that talks to the server does not run. An extension or a filter may block it: allow this page its scripts, then reload.

why-lost = Connection lost.
why-unreachable = The server cannot be reached.
why-no-room = The server has no room open.
why-no-such-room = There is no room “{ $room }” here.
why-foreign-page = The server does not let pages from this address play. Open the game at the server's own address, or ask its host to allow this one.
why-too-many = Too many requests came from your network.
why-unavailable = The server admits nobody at the moment: it is restarting or full.
why-no-sockets = The server answers, but no WebSocket gets through to it: something between here and there, a proxy or a filter, blocks it.
why-status = The server refused the connection (HTTP status { $status }).
why-no-accounts = The server cannot open accounts at the moment. Yours is not lost.
why-account-refused = The server did not open your account. This browser still has the key to it.
why-again = { $why } Trying again…
why-again-in = { $why } Trying again in { NUMBER($seconds) } s.

close-wrong-version = This page is older or newer than the server: reload the page.
close-wrong-content = The game's rules have changed: reload the page.
close-room-full = This room is full.
close-shutting-down = The server is shutting down.
close-timed-out = The connection was silent for too long.
close-malformed = The connection sent something that is not the game's protocol.
close-too-long = The connection sent a message that is too long.
close-too-much = The connection sent too much.
close-too-slow = The connection is too slow for the game.
close-taken-over = This ship is now flown from another window.
close-left = You left the room.
close-seat-needed = The seat is needed for a person.
close-idle = You were away, and somebody else was waiting for your seat.
close-no-seat = This second connection belongs to no seat.
close-ticket-expired = The sign-in to your account has expired.
close-internal-error = The room had an internal error and restarts.
close-banned = You are banned from this server.
close-kicked = A moderator sent you out. You may come back in a minute.
close-voted-out = The players of this room voted you out. You may come back in ten minutes.
close-not-invited = This room is entered by invitation only: ask its owner for the link.
close-still-elsewhere = Your ship in another room is not put away yet. Try again in a moment.
ban-until = The ban ends on { $until }.
ban-note = The host says: { $note }.

## In flight

credits = { $credits } cr
score = Score { $score }
ship = Your ship
hull = Hull
shield = Shield
energy = Energy
boost = Boost
hold = Hold
corner-board = board
corner-network = network
corner-keys = keys
corner-menu = menu
corner-chat = chat
corner-phrases = phrases
board-pilot = Pilot
board-score = Score
board-kills = Kills
board-bot = bot
feed = Ships destroyed
feed-destroyed = destroyed
someone = someone

death = Ship destroyed
death-by = by { $killer }
death-soon = A new ship in { NUMBER($seconds) } s
death-now = Launching now

banner-draining = The server restarts in a moment. You will get your seat back.
banner-unsaved = The server cannot save at the moment. What you do now may be lost if it stops.
banner-connecting = Connecting again…
banner-fly-here = Fly here again
banner-back = Back to start
stall = No word from the server
stall-seconds = { $seconds } s

toast-sold = +{ NUMBER($credits) } cr
toast-full = Hold full: sell at the station
toast-safe = Safe zone: no shooting here
toast-leaving = Leaving the safe zone
toast-protected = Protected until you fire
toast-not-docked = Fly to a station first: shops are at docks
toast-guns-off = Guns are off in the safe zone
toast-seat-kept = Back in your ship
toast-seat-lost = Your old seat was gone: a new ship
toast-seat-wanted = Still there? Somebody waits for your seat: { NUMBER($seconds) } s
toast-unknown-pad = This gamepad is of an unknown kind: its first stick flies, its first button fires

## Hints for newcomers: what to use, and what for

hint-fly-keys = or the arrow keys to fly
hint-fly-touch = Left thumb
hint-fly-pad = Left stick
hint-fly-why = to fly
hint-go-out = Fly out of the ring
hint-go-out-why = to the asteroids
hint-mine-keys = Left button or Space
hint-mine-keys-why = fires: break an asteroid
hint-mine-touch = Right thumb
hint-mine-touch-why = aims and fires: break an asteroid
hint-mine-pad = Right stick and trigger
hint-mine-pad-why = aim and fire: break an asteroid
hint-collect = Fly over the crystals
hint-collect-why = to load them
hint-sell = Fly to the station
hint-sell-why = to sell what you carry

## Chat

chat = Chat
chat-field = Say something to everyone
chat-send = Send
chat-close = Close the chat
chat-older = Earlier lines
chat-to-one = Only { $name } reads this
chat-to-party = Only your party reads this
chat-party = party
chat-you = you
chat-whisper = Whisper to { $name }
chat-left = { $count ->
    [one] { NUMBER($count) } character left
   *[other] { NUMBER($count) } characters left
}
chat-too-long = { $count ->
    [one] { NUMBER($count) } character too many
   *[other] { NUMBER($count) } characters too many
}
chat-sending = sending
chat-sent = sent
chat-retry = Try again
chat-discard = Do not say it
chat-left-room = You left the room before this was said.
chat-ping = points at a place
chat-unknown = There is no command “{ $command }”. /help lists them all.
chat-nobody = Nobody here is called “{ $name }”.
chat-nobody-to-answer = Nobody has whispered to you yet.
chat-full = Too many of your lines are still on their way.
command-w = /w name text: say it to one player alone
command-r = /r text: answer the last whisper
command-me = /me text: say what you do
command-party = /party text, or /p text: say it to your party
command-help = /help: show these commands. // at the start of a line says a slash
command-ignore = /ignore name: hear a player no more; nobody is told
command-unignore = /unignore name: hear a player again
command-ignored = /ignored: list whom you ignore
command-friend = /friend name: ask a player to be friends, or say yes to one who asks
command-unfriend = /unfriend name: be friends no more, or say no
command-friends = /friends: list your friends, and where they are
command-invite = /invite name: ask a player to join your party
command-accept = /accept: join the party that you were invited into last
command-decline = /decline: say no to that
command-leave = /leave: leave your party
command-report = /report name reason: tell the moderators, with what that player said last
command-votekick = /votekick name reason: let the room vote on sending a player out
command-yes = /yes: vote for it
command-no = /no: vote against it
command-mute = /mute name 10m reason: for helpers and above; times are 30s, 10m, 2h, 3d, 1w, forever
command-unmute = /unmute name: for moderators
command-kick = /kick name reason: for helpers and above
command-ban = /ban name 3d reason: for moderators; also network:hash
command-unban = /unban name: for moderators; also network:hash
command-who = /who name: account and network, for helpers and above
command-role = /role name helper: player, helper or moderator, for admins
command-announce = /announce text: tell everyone on the server, for admins

## What a player is told beside what others say

told-ignoring = You hear { $name } no more. /unignore takes it back.
told-hearing = You hear { $name } again.
told-ignored-nobody = You ignore nobody.
told-ignored = You ignore: { $names }.
told-reported = The moderators will see your report, and what that player said last. Thank you.
told-moderated = { $name }: done.
told-announced = Everyone is told.
told-voted = Your vote counts.
told-friend-nothing = There is nothing more between you and { $name }.
told-friend-asked = { $name } is asked to be your friend.
told-friend-made = You and { $name } are friends.
told-friends-none = You have no friends here yet. /friend name asks somebody.
told-friends = Friends: { $names }.
friend-in-room = { $name } (in { $room })
friend-asking = { $name } (asks you)
friend-asked = { $name } (has not answered)
told-party-in = You are in the party. /p says something to it.
told-party-out = You are in no party now.
told-party-asked = { $name } is asked to join your party.
told-dossier = { $name }: { $role }, { $account }, { $network }.
told-is-mute = Mute for { $time }.
told-is-mute-for-good = Mute for good.
told-is-banned = Banned for { $time }.
told-is-banned-for-good = Banned for good.
role-player = player
role-helper = helper
role-moderator = moderator
role-admin = admin
vote-open = { $starter } wants the room to send { $name } out.
vote-stands = For: { NUMBER($yes) }, against: { NUMBER($no) }, needed: { NUMBER($needed) }. /yes or /no
vote-yes = Yes, out
vote-no = No, stay
vote-passed = The room has sent { $name } out.
vote-failed = { $name } stays: the vote has failed.

phrase-hello = Hello!
phrase-yes = Yes.
phrase-no = No.
phrase-help = Help!
phrase-follow = Follow me.
phrase-thanks = Thank you!
phrase-sorry = Sorry!
phrase-well-played = Well played!
phrases = Quick phrases

refusal-too-often = That was too fast: try again in { NUMBER($seconds) } s.
refusal-mute = You may not speak for another { NUMBER($seconds) } s.
refusal-mute-for-good = You may not speak on this server.
refusal-no-name = No letter of that name can be seen.
refusal-nothing-to-say = Nothing of that can be seen.
refusal-line-too-long = That is too long for one line.
refusal-no-account = That takes an account, which a guest does not have.
refusal-nobody-there = Nobody is there to hear that.
refusal-busy = The server is busy: try again in a moment.
refusal-not-allowed = Your role does not allow that.
refusal-outranked = That player's role is not below yours.
refusal-no-such-player = Nobody is known by that.
refusal-ambiguous = More than one account has that name: use its number.
refusal-term-too-long = Your role allows that for { NUMBER($seconds) } s at most.
refusal-not-in-force = There is nothing in force to end.
refusal-yourself = That cannot be done to yourself.
refusal-list-full = The list is full.
refusal-vote-running = A vote is running already.
refusal-no-vote = There is no such vote for you.
refusal-too-few-voters = A vote needs { $needed ->
    [one] { NUMBER($needed) } active player
   *[other] { NUMBER($needed) } active players
}.
refusal-already-voted = You have voted already.
refusal-in-party = You are in a party already. /leave leaves it.
refusal-no-party = There is no such party: its link was changed, or you are in none.
refusal-party-full = A party has { NUMBER($max) } members at most.
refusal-not-leader = Only the leader of the party can do that.
refusal-no-invitation = That invitation is not good any more.
refusal-settings-too-long = These settings are too long to come along to other browsers. This browser keeps them.
refusal-not-docked = That is done at a dock.
refusal-not-offered = The price has changed. Look again.
refusal-not-yet = Another hull comes before that one.
refusal-no-mount = Your hull has no mount for that.
refusal-hold-too-full = There is more in your hold than that would take. Sell some first.
refusal-too-dear = You have too few credits for that.

## The shop

shop = Shop
shop-open = Shop
shop-hulls = Hulls
shop-weapons = Weapons
shop-engines = Engines
shop-shields = Shields
shop-holds = Holds
shop-tools = Tools
shop-mounted = mounted
shop-owned = yours
shop-no-mount = no mount
shop-basic = nothing special
# Hit points, top speed, units of ore, energy.
shop-hull = hull { NUMBER($points) }, speed { NUMBER($speed) }, hold { NUMBER($hold) }, energy { NUMBER($energy) }
# Harm per second if all shots hit, range, energy per second.
shop-weapon = { NUMBER($harm) } harm/s, range { NUMBER($range) }, { NUMBER($energy) } energy/s
shop-shield = takes { NUMBER($points) } harm, recovers { NUMBER($rate) }/s
shop-delay = after { NUMBER($seconds) } s
shop-hold = hold +{ NUMBER($units) }
shop-reach = takes ore from { NUMBER($reach) } farther
# A change in per cent with its sign: +18.
shop-thrust = thrust { $change } %
shop-boost = boost { $change } %
shop-recharge = energy { $change } %
shop-drill = harm to rocks { $change } %

## The menu

menu = Menu
fly-on = Fly on
menu-keys = Keys
menu-network = Network figures
menu-language = Language
menu-size = Interface size
menu-smaller = Smaller
menu-larger = Larger
menu-invite = Copy a link to this room
menu-invite-copied = Link copied
menu-invite-by-hand = Copy it by hand:
menu-leave = Leave the room

## The settings

settings = Settings
settings-name = Your name
settings-rename = Change
settings-renamed = You are now called { $name }.
settings-mask = Mask rude words in the chat
settings-still = Reduce motion
settings-press-key = Press a key…
settings-await-key = { $action }: press the key that you want. Esc changes nothing.
settings-key-taken = That key is taken: { $action }.
settings-key-unusable = That key cannot be used. Choose another one.
settings-key = { $action }: { $keys }
settings-reset-keys = Reset all keys

## The keys

key-up = Fly up
key-left = Fly left
key-down = Fly down
key-right = Fly right
key-command = Chat command

key-fly = Fly
key-aim = Aim
key-fire = Fire
key-boost = Boost
key-shop = Shop, at a station
key-board = Leaderboard
key-bad-link = Try a bad link
key-help = This help
key-chat = Chat
key-phrases = Quick phrases
key-ping = Point at a place
key-middle-button = middle button
key-mouse = mouse
key-left-button = left button
key-right-button = right button
key-space = Space
help-pad = Gamepad
help-pad-how = sticks fly and aim, triggers fire and boost, Start opens the menu, Y opens the quick phrases, X points at a place, down on the cross opens the shop
help-touch = Touch
help-touch-how = left thumb flies, right thumb aims and fires; hold a finger on the map to point at a place

## The account

account = Account
account-what = Your ship, your credits and your name belong to an account, and this browser keeps the key to it. If you clear this site's data, the key is gone. Twelve words are a copy of the key.
account-show = Show my twelve words
account-enter = Use words from another device
account-rotate = Change my words
account-delete = Delete the account
account-back = Back
account-show-what = Write these words down, in this order. Whoever has them has your account: show them to nobody.
account-enter-what = You leave this room, and this browser plays as the account of the words from then on. It forgets the key that it has now: write your own words down first, if you want to come back to this account.
account-enter-field = The twelve words of the other device
account-enter-now = Play as this account
account-rotate-what = You get new words. The old ones, and every device that uses them, lose this account at once. To play there again, enter the new words there. Ship, credits and name stay as they are.
account-delete-what = Your ship, your credits and your name are deleted on this server, for good. You leave the room, and the next time you play you begin anew, with a new account.
account-delete-now = Delete the account for good
account-no-storage = This browser stores nothing for this page, so the new words would be lost. Nothing was changed.
account-rotated = These are your new words. The old ones open nothing any more.
account-unknown = The server does not know this account any more: it was deleted, or its words were changed elsewhere.
account-rotation-unsure = The server did not answer. Nothing is lost, but the words may have changed: try again before you write any down.
account-rotation-open = The server does not answer, and your account's words were about to change. Nothing is lost: try again in a moment.
account-deletion-unsure = The server did not confirm it. Try again in a moment.
account-deleted = Your account is deleted. The next time you play, you begin anew.
account-no-list = The list of words could not be loaded. Go back, and try again in a moment.
account-same = This browser plays as this account already.
words-count = It takes twelve words, and here { $count ->
    [one] is { NUMBER($count) }
   *[other] are { NUMBER($count) }
}.
words-unknown = Word { NUMBER($place) }, “{ $word }”, is not one of the words in use.
words-checksum = These words do not belong together: one of them is wrong, or in the wrong place.

## The network panel

network = Network
network-close = Close the network panel
network-intervals = Time between snapshots
network-kinds = By kind
network-kinds-what = Received, by kind
network-connection = Connection
network-ping = Ping
network-frames = Frames
network-snapshots = Snapshots
network-received = Received
network-delay = Interpolation delay
network-margin = Input margin (ticks)
network-corrections = Corrections
network-late = Commands too late
network-sockets = Sockets for commands
network-hits = Hits confirmed
network-hits-of = { NUMBER($confirmed) } of { NUMBER($predicted) }
network-entities = Entities in view

state-idle = idle
state-connecting = connecting
state-open = open
state-waiting = waiting
state-closed = closed

part-header = Header
part-ships = Ships
part-arrivals = Arrivals
part-shots = Shots
part-asteroids = Rocks
part-ores = Ore
part-own = Own

milliseconds = { NUMBER($count) } ms
per-second = { NUMBER($count) } /s
bytes-per-second = { $count } B/s
kilobytes-per-second = { $count } kB/s
megabytes-per-second = { $count } MB/s
bits-per-second = { $count } bit/s
kilobits-per-second = { $count } kbit/s
megabits-per-second = { $count } Mbit/s

bad-link = Bad link
bad-link-each-way = in each direction
bad-link-presets = Ready-made bad links
bad-link-off = Off
bad-link-near = 50 ms
bad-link-far = 150 ± 50 ms
bad-link-stalls = Stalls
bad-link-narrow = 64 kbit
bad-link-spelled = In words
bad-link-set = Set
bad-link-form = `{ $part }` is not of the form name=value
bad-link-name = unknown property `{ $name }`; a link has latency, jitter, stall and rate
bad-link-duration = `{ $value }` is not a time such as 80ms or 1.5s; the longest is one hour
bad-link-rate = `{ $value }` is not a rate such as 256kbit or 2mbit
bad-link-stalls-overlap = stalls must be at least twice as far apart as they are long

## Notices

notices = Notifications
notices-unread = { $count ->
    [one] { NUMBER($count) } notification is new
   *[other] { NUMBER($count) } notifications are new
}
notices-empty = You have not been told anything yet.
notices-choices = What to be told of
notices-level = How loudly
notices-outside = also when this tab is hidden
notices-outside-denied = The browser does not let this page notify you. You can allow it in the browser’s settings for this page.
level-silent = only listed
level-badge = counted as new
level-toast = shown
level-sound = shown and heard
kind-host = The host’s announcements
kind-friends = Friends
kind-party = Your party
kind-rounds = Rounds that begin
kind-bounties = Bounties
kind-trade = Sales and finished work
kind-moderation = Moderation
notice-announced = The host says: { $text }
notice-restarting = The server restarts at { $time }. You keep your ship.
notice-not-restarting = The server does not restart after all.
notice-muted = You may not speak for { $time }.
notice-muted-for-good = You may not speak here any more.
notice-unmuted = You may speak again.
notice-kicked = A moderator sent you out.
notice-banned = You were banned for { $time }.
notice-banned-for-good = You were banned for good.
notice-unbanned = Your ban has ended.
notice-reason = Reason: { $note }
notice-role-player = You have no special role any more.
notice-role-helper = You are a helper now: you can mute and kick.
notice-role-moderator = You are a moderator now: you can also ban.
notice-role-admin = You are an admin now.
notice-voted-out = The players of a room voted you out.
notice-friend-asked = { $name } wants to be friends.
notice-friend-made = { $name } is your friend now.
notice-party-asked = { $name } asks you to join a party.
notice-party-joined = { $name } has joined your party.
notice-party-removed = { $name } took you out of the party.
notice-party-left = { $name } has left your party.
notice-job-done = Done: { NUMBER($count) } × { $what }.
notice-sold = Sold: { NUMBER($count) } × { $what } for { NUMBER($credits) } cr.
notice-round-starting = A round begins at { $time }.
notice-bounty-set = There is a bounty of { NUMBER($credits) } cr on your ship.
notice-bounty-paid = You were paid { NUMBER($credits) } cr for the ship of { $name }.
term-seconds = { $count ->
    [one] { NUMBER($count) } second
   *[other] { NUMBER($count) } seconds
}
term-minutes = { $count ->
    [one] { NUMBER($count) } minute
   *[other] { NUMBER($count) } minutes
}
term-hours = { $count ->
    [one] { NUMBER($count) } hour
   *[other] { NUMBER($count) } hours
}
term-days = { $count ->
    [one] { NUMBER($count) } day
   *[other] { NUMBER($count) } days
}

## The party

party = Party and friends
party-what = A party stays together: it talks among itself, sees its members on the map, and follows its leader from room to room.
party-open = Start a party
party-copy = Copy a link to the party
party-copy-room = Copy a link to the party in this room
party-renew = Make a new link; the old one ends
party-leave = Leave the party
party-friends = Friends who are on-line
party-invite = Invite
party-accept = Join
party-decline = No, thanks
party-join = Join
party-remove = Remove
party-about = { $what }: { $name }
party-you = (you)
party-leader = leader
party-offline = off-line
party-here = in this room
party-in-room = in { $room }
party-invited = { $name } invites you into a party.
party-not-invited = Nobody has invited you into a party.
party-follow = Following { $name } to { $room } in
party-stay = Stay

## A room of one's own

own-room = A room of your own
own-room-what = For you and your friends, or for anybody. It has the host’s rules, and stays some minutes after the last of you has left.
own-room-name = Name
own-room-name-example = Your room
own-room-name-of = { $name }’s room
own-room-seats = Seats
own-room-bots = Bots
own-room-locked = By invitation only
own-room-open = Open the room
own-room-is-open = Your room is open. Whoever opens this link flies with you:
own-room-link = Link
own-room-copy = Copy the link
own-room-enter = Fly there
own-room-close = Close
own-room-none = The host of this server wants no rooms of players.
own-room-bad-name = That name cannot be used.
own-room-bad-seats = A room has 2 to { NUMBER($max) } seats.
own-room-bad-bots = There must be fewer bots than seats.
own-room-has-one = A room of yours, or two of your network, are open already. One ends some minutes after the last player has left.
own-room-full = There are as many rooms as the host allows. Join one of them, or try again later.
own-room-too-soon = You have just opened a room. Try again in { NUMBER($seconds) } s.
own-room-gone = That room has ended.
own-room-bad-invitation = That invitation is not good for this room. Ask for a new link.
own-room-too-many-guests = That room has as many guests as it may have.
own-room-unavailable = That does not work at the moment. Try it again in a while.

## Names of content

content-hull-sparrow = Sparrow
content-hull-kestrel = Kestrel
content-hull-mole = Mole
content-hull-wisp = Wisp
content-hull-ox = Ox
content-hull-bastion = Bastion
content-weapon-pulse = Pulse cannon
content-weapon-scatter = Scatter gun
content-weapon-lance = Lance
content-weapon-stutter = Stutter gun
content-part-drive = Drive
content-part-sprinter = Sprinter
content-part-afterburner = Afterburner
content-part-plating = Plating
content-part-ward = Ward
content-part-veil = Veil
content-part-bulwark = Bulwark
content-part-lockers = Lockers
content-part-racks = Racks
content-part-vault = Vault
content-part-clamp = Clamp
content-part-drill = Drill
content-part-tractor = Tractor
content-ore-ferrite = Ferrite
content-ore-cobalt = Cobalt
content-ore-aurum = Aurum
content-mode-frontier = Frontier
content-mode-proving-ground = Proving ground
content-sector-frontier = Frontier
content-sector-proving-ground = Proving ground
content-sector-proving-ground-open = Proving ground, open
content-sector-proving-ground-packed = Proving ground, packed
content-station-harbour = Harbour
content-station-lantern = Lantern
content-station-cairn = Cairn
content-field-shallows = The Shallows
content-field-lee = The Lee
content-field-breakers = The Breakers
content-field-blue-drift = Blue Drift
content-field-long-reef = The Long Reef
content-field-lantern-shoals = Lantern Shoals
content-field-deeps = The Deeps
content-field-gilded-hollow = Gilded Hollow
content-gate-cairn-gate = To Lantern
content-gate-lantern-gate = To Cairn
content-gate-deep-gate = To the Hollow
content-gate-hollow-gate = To the Deeps
content-room-frontier = Frontier
content-room-proving-ground = Proving ground
content-room-proving-ground-open = Open proving ground
