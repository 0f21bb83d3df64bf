// Runs before the WASM module: speaks the player's language, says plainly what a browser lacks, keeps an early press of Play,
// shows the rooms, and starts the module. A classic script, so that old browsers get as far as the sentence.
(function () {
  "use strict";
  var form = document.getElementById("join");
  var play = document.getElementById("play");
  var name = document.getElementById("name");

  var root = document.documentElement;

  // The messages of the language, by number, and the names of content; see client-web/locales. English stands in the page.
  var messages = null;
  var names = "";
  var numbers, plurals;

  // A message with its values.
  function say(number) {
    var text = messages[number], values = arguments, at = 0, end;
    // Reads up to the end of a message or of a part of a selection.
    function read() {
      for (var out = ""; at < text.length;) {
        var c = text[at++];
        if (c === "\u0001") out += "\n";
        else if (c === "\u0002") out += values[+text[at++] + 1];
        else if (c === "\u0003") out += numbers.format(values[+text[at++] + 1]);
        else if (c === "\u0004") out += choose(values[+text[at++] + 1]);
        else if (c === "\u0005" || c === "\u0006" || c === "\u0007") {
          end = c;
          return out;
        } else out += c;
      }
      end = "";
      return out;
    }
    // The first case that is meant, or else the default, which is the last.
    function choose(value) {
      for (var chosen = null; ;) {
        var part = read();
        if (end !== "\u0005") return chosen === null ? part : chosen;
        var isMeant = part == value || typeof value === "number" && part === plurals.select(value);
        part = read();
        if (isMeant && chosen === null) chosen = part;
      }
    }
    return read();
  }

  // The name of content, or what it calls itself.
  function nameOf(id, own) {
    var line = "\n" + id + "=" + own + "\u0005";
    var at = names.indexOf(line);
    return at < 0 ? own : names.slice(at + line.length, names.indexOf("\n", at + 1));
  }

  // Says what an element is marked with: the number of its text, or `attribute:number`.
  function sayAll() {
    document.querySelectorAll("[data-say]").forEach(function (element) {
      element.dataset.say.split(" ").forEach(function (mark) {
        var parts = mark.split(":");
        if (parts.length > 1) element.setAttribute(parts[0], say(parts[1]));
        else element.textContent = say(mark);
      });
    });
  }

  // Has an element say another message, now and in other languages.
  function mark(element, number) {
    element.dataset.say = number;
    if (messages) element.textContent = say(number);
  }

  var LANGUAGES = {{locales}};
  function speaks(tag) {
    return Object.prototype.hasOwnProperty.call(LANGUAGES, tag);
  }

  // What the player has chosen here, or else the first of the browser's languages that the game speaks.
  function language() {
    var wanted = [].concat(navigator.languages || navigator.language || []);
    try {
      wanted.unshift(localStorage.getItem("driftfield.language"));
    } catch (e) {
      // No storage: it is chosen again.
    }
    return wanted.map(function (tag) {
      return String(tag).toLowerCase().split("-")[0];
    }).filter(speaks)[0] || "en";
  }

  // Loads a language and speaks it. Where it cannot be loaded, English is spoken.
  var game = null;
  var spoken;
  var wanted;
  function speak(tag) {
    wanted = tag;
    // It stands there already.
    if (tag === "en") root.classList.add("spoken");
    return fetch(LANGUAGES[tag]).then(function (answer) {
      if (!answer.ok) throw new Error("the messages of “" + tag + "”: " + answer.status);
      return answer.text();
    }).then(function (table) {
      // Another one was chosen meanwhile.
      if (wanted !== tag) return;
      var halves = table.split("\n\n");
      messages = halves[0].split("\n");
      names = "\n" + halves[1];
      numbers = new Intl.NumberFormat(tag);
      plurals = new Intl.PluralRules(tag);
      spoken = [tag, table];
      root.lang = tag;
      sayAll();
      document.querySelectorAll("[data-language]").forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.dataset.language === tag));
      });
      showParty();
      showRooms();
      if (game) game.speak(tag, table);
      root.classList.add("spoken");
    }).catch(function (error) {
      if (tag === "en") throw error;
      console.error(error);
      return speak("en");
    });
  }

  function choose(tag) {
    try {
      localStorage.setItem("driftfield.language", tag);
    } catch (e) {
      // No storage: until the page is closed.
    }
    speak(tag).catch(function (error) {
      console.error(error);
    });
  }

  document.getElementById("languages").addEventListener("click", function (event) {
    if (event.target.dataset.language) choose(event.target.dataset.language);
  });

  function fault(number) {
    var place = document.getElementById("fault");
    mark(place, number);
    place.hidden = false;
    play.disabled = true;
    mark(play, {{message play}});
  }

  // Before the first frame: the layout for thumbs or for a mouse, and the size of the interface. What is used to press Play
  // decides again; the game takes over from there.
  root.classList.toggle("touching", matchMedia("(pointer: coarse)").matches);
  addEventListener("pointerdown", function (event) {
    if (!root.classList.contains("playing")) root.classList.toggle("touching", event.pointerType !== "mouse");
  }, true);
  try {
    var percent = Number(localStorage.getItem("driftfield.scale"));
    if (percent >= 75 && percent <= 200) root.style.setProperty("--ui", percent / 100);
  } catch (e) {
    // No storage: the usual size.
  }

  try {
    var still = /^still=(.)/m.exec(localStorage.getItem("driftfield.settings") || "");
    if (still) root.classList.add(still[1] === "1" ? "still" : "moving");
  } catch (e) {
    // No storage: as the system asks for.
  }

  // How much of the page a phone's keyboard covers, for what must not lie under it.
  var seen = window.visualViewport;
  function followKeyboard() {
    root.style.setProperty("--keyboard", Math.max(0, innerHeight - seen.height - seen.offsetTop) + "px");
  }
  if (seen) ["resize", "scroll"].forEach(function (kind) { seen.addEventListener(kind, followKeyboard); });

  // The module takes the form over when it is there; until then a press is noted.
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (document.documentElement.dataset.ready) return;
    form.dataset.pressed = "yes";
    mark(play, {{message page-loading}});
  });

  // So are the other buttons.
  document.getElementById("more").addEventListener("click", function (event) {
    if (!document.documentElement.dataset.ready) form.dataset.wanted = event.target.id;
  });

  try {
    name.value = localStorage.getItem("driftfield.name") || "";
  } catch (e) {
    // No storage: the name is typed again.
  }
  if (matchMedia("(pointer: fine)").matches) name.focus();

  // Whoever has played here has an account. Its secret is traded for a ticket while the module loads. The module asks itself
  // where there is no account yet, or where its secret is about to change.
  var asked;
  try {
    var secret = localStorage.getItem("driftfield.account");
    if (secret && !localStorage.getItem("driftfield.account.next")) {
      asked = fetch("api/session", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ secret: secret })
      });
      // The module hears of a failure, too.
      asked.catch(function () {});
    }
  } catch (e) {
    // No storage: the account lasts as long as the page.
  }

  var rooms = document.getElementById("rooms");
  function chosen() {
    var match = /(?:^#|&)room=([^&]+)/.exec(location.hash);
    try {
      return match && decodeURIComponent(match[1]);
    } catch (e) {
      return null;
    }
  }
  var shown = "";
  var list = null;
  var party = null;
  var ping = Infinity;
  // Beside the module, which is larger.
  var speaking = speak(language());

  // Where Play leads if no room is named: the one with the most people that has a seat free, or else the first.
  function best(rooms) {
    return rooms.filter(function (room) {
      return !room.is_locked && room.players < room.max_players;
    }).sort(function (a, b) { return b.players - a.players; })[0] || rooms[0];
  }

  function part(tag, name, text) {
    var element = document.createElement(tag);
    element.className = name;
    element.textContent = text;
    return element;
  }

  function lineOf(room) {
    var link = document.createElement("a");
    link.href = "#room=" + encodeURIComponent(room.id);
    link.append(part("b", "name", nameOf("room-" + room.id, room.name)));
    var who = say({{message page-pilots}}, room.players);
    if (room.bots) who += " · " + say({{message page-bots}}, room.bots);
    link.append(part("span", "who", who));
    var what = room.owner ? say({{message page-opened-by}}, room.owner)
      : room.mode === "frontier" ? say({{message page-about-frontier}}) : nameOf("mode-" + room.mode, room.mode);
    var isFull = room.players >= room.max_players;
    if (room.is_locked || isFull) what += " · " + say(isFull ? {{message page-full}} : {{message page-locked}});
    link.append(part("small", "what", what));
    return link;
  }

  function showRooms() {
    if (!list || !messages || form.dataset.reload) return;
    var wanted = chosen();
    // Rooms for load tests are not for people, but a link may lead into one.
    var offered = list.filter(function (room) { return !room.for_load || room.id === wanted; });
    var good = best(offered.filter(function (room) { return !room.for_load; }));
    var like = list.filter(function (room) { return !room.for_load && !room.owner; });
    rooms.dataset.best = party && party.room || (good ? good.id : "");
    var id = wanted || rooms.dataset.best;
    rooms.dataset.like = (like.filter(function (room) { return room.id === id; })[0] || like[0] || { id: "" }).id;
    // Those with people first; the others stay in the host's order.
    offered.sort(function (a, b) { return b.players - a.players; });
    // Nothing new: the keyboard stays on the link that it is on.
    var now = JSON.stringify([root.lang, id, offered, ping]);
    if (now === shown) return;
    shown = now;
    var focused = rooms.contains(document.activeElement) && document.activeElement.hash;
    rooms.textContent = "";
    if (!offered.some(function (room) { return room.id === id; })) {
      rooms.append(part("p", "", id ? say({{message page-no-such-room}}, id) : say({{message page-no-room}})));
    }
    offered.forEach(function (room) {
      var link = lineOf(room);
      if (room.id === id) link.setAttribute("aria-current", "true");
      rooms.append(link);
      if (link.hash === focused) link.focus();
    });
    if (ping < Infinity) rooms.append(part("small", "ping", say({{message page-ping}}, ping)));
  }

  // A link to a party: whose it is, and where it plays.
  function showParty() {
    var place = document.getElementById("party");
    place.hidden = !party;
    if (!party || !messages) return;
    place.textContent = party.leader
      ? say({{message page-party}}, party.leader, party.members, party.members_max) : say({{message page-no-party}});
  }
  function askForParty() {
    var match = /(?:^#|&)party=([^&]+)/.exec(location.hash);
    party = null;
    showParty();
    if (!match) return;
    fetch("api/party", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ party: match[1] })
    }).then(function (answer) {
      return answer.ok ? answer.json() : {};
    }).then(function (answer) {
      party = answer;
      showParty();
      showRooms();
    }).catch(function () {
      // Only decoration: joining says what is wrong.
    });
  }

  // The list lives as long as somebody looks at it.
  var ROOMS_MS = 4000;
  var askedAt = 0;
  function askForRooms() {
    var isSeen = !document.hidden && !document.documentElement.classList.contains("playing");
    if (!isSeen || Date.now() - askedAt < ROOMS_MS / 2) return;
    askedAt = Date.now();
    var start = performance.now();
    fetch("api/rooms").then(function (answer) {
      // The shortest of some answers: the others waited for the page itself.
      ping = Math.min(ping + 1, Math.round(performance.now() - start));
      return answer.json();
    }).then(function (answer) {
      list = answer;
      showRooms();
    }).catch(function () {
      // Only decoration: joining says what is wrong.
    });
  }
  askForRooms();
  setInterval(askForRooms, ROOMS_MS);
  document.addEventListener("visibilitychange", askForRooms);
  askForParty();
  addEventListener("hashchange", function () {
    askForParty();
    showRooms();
  });

  // What is printed on the keys that fly, where the browser tells; elsewhere it is learnt from what is typed.
  if (navigator.keyboard && navigator.keyboard.getLayoutMap) {
    navigator.keyboard.getLayoutMap().then(function (layout) {
      var told = [];
      ["KeyW", "KeyA", "KeyS", "KeyD", "KeyE", "KeyQ", "KeyF"].forEach(function (code) {
        var letter = layout.get(code);
        if (!letter) return;
        told.push(code + "=" + letter);
        var key = document.querySelector("[data-code=" + code + "]");
        if (key) key.textContent = letter.toUpperCase();
      });
      document.documentElement.dataset.keys = told.join(" ");
    }).catch(function () {
      // Not allowed here.
    });
  }

  var canvas = document.createElement("canvas");
  var hasModuleWorkers = false;
  try {
    // A browser that knows the option reads it. Nothing is started: the address is refused.
    new Worker("blob://", { get type() { hasModuleWorkers = true; return "module"; } }).terminate();
  } catch (e) {
    // Refusing the address is what was wanted.
  }
  if (typeof WebAssembly !== "object" || !WebAssembly.compile) {
    return fault({{message page-no-wasm}});
  }
  var graphics = canvas.getContext("webgl2");
  if (!graphics) {
    return fault({{message page-no-webgl2}});
  }
  // Only a probe: browsers allow a page few contexts.
  var loss = graphics.getExtension("WEBGL_lose_context");
  if (loss) loss.loseContext();
  if (!hasModuleWorkers) {
    return fault({{message page-no-workers}});
  }

  // A link so slow that nothing seems to happen is said to be one.
  var SLOW_MS = 12000;
  setTimeout(function () {
    if (!document.documentElement.dataset.ready && form.dataset.pressed && !play.disabled) {
      mark(play, {{message page-still-loading}});
    }
  }, SLOW_MS);

  var compiled = WebAssembly.compileStreaming
    ? WebAssembly.compileStreaming(fetch("{{client.wasm}}"))
    : fetch("{{client.wasm}}").then(function (answer) { return answer.arrayBuffer(); }).then(WebAssembly.compile);
  Promise.all([import("{{client.js}}"), compiled, speaking]).then(function (all) {
    return all[0].default({ module_or_path: all[1] }).then(function () {
      game = all[0];
      game.run_page(all[1], "{{worker.js}}", "{{words.txt}}", asked, spoken[0], spoken[1], choose);
      document.documentElement.dataset.ready = "yes";
    });
  }).catch(function (error) {
    console.error(error);
    fault({{message page-not-loaded}});
  });
})();
