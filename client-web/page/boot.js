// Runs before the WASM module: says plainly what a browser lacks, keeps an early press of Play, shows the
// rooms, and starts the module. A classic script, so that old browsers get as far as the sentence.
(function () {
  "use strict";
  var form = document.getElementById("join");
  var play = document.getElementById("play");
  var name = document.getElementById("name");

  function fault(sentence) {
    var place = document.getElementById("fault");
    place.textContent = sentence;
    place.hidden = false;
    play.disabled = true;
    play.textContent = "Play";
  }

  // The module takes the form over when it is there; until then a press is noted.
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (document.documentElement.dataset.ready) return;
    form.dataset.pressed = "yes";
    play.textContent = "Loading…";
  });

  try {
    name.value = localStorage.getItem("driftfield.name") || "";
  } catch (e) {
    // No storage: the name is typed again.
  }
  if (matchMedia("(pointer: fine)").matches) name.focus();

  var rooms = document.getElementById("rooms");
  function chosen() {
    var match = /(?:^#|&)room=([^&]+)/.exec(location.hash);
    try {
      return match && decodeURIComponent(match[1]);
    } catch (e) {
      return null;
    }
  }
  function showRooms(list) {
    if (form.dataset.reload) return;
    var id = chosen() || (list[0] && list[0].id);
    rooms.textContent = "";
    if (!list.some(function (room) { return room.id === id; })) {
      var missing = document.createElement("p");
      missing.textContent = "There is no room “" + id + "” here. These are open:";
      rooms.append(missing);
    }
    list.forEach(function (room) {
      var link = document.createElement("a");
      link.href = "#room=" + encodeURIComponent(room.id);
      link.textContent = room.name;
      var who = document.createElement("small");
      var people = Math.max(0, room.players);
      who.textContent = people === 1 ? "1 pilot" : people + " pilots";
      if (room.bots) who.textContent += " · " + room.bots + (room.bots === 1 ? " bot" : " bots");
      link.append(who);
      if (room.id === id) link.setAttribute("aria-current", "true");
      rooms.append(link);
    });
  }
  fetch("/api/rooms").then(function (answer) { return answer.json(); }).then(function (list) {
    showRooms(list);
    addEventListener("hashchange", function () { showRooms(list); });
  }).catch(function () {
    // Only decoration: joining says what is wrong.
  });

  var canvas = document.createElement("canvas");
  var hasModuleWorkers = false;
  try {
    // A browser that knows the option reads it. Nothing is started: the address is refused.
    new Worker("blob://", { get type() { hasModuleWorkers = true; return "module"; } }).terminate();
  } catch (e) {
    // Refusing the address is what was wanted.
  }
  if (typeof WebAssembly !== "object" || !WebAssembly.compile) {
    return fault("This browser cannot run WebAssembly, which the game is made of. A current Firefox, Chrome, Edge or Safari can.");
  }
  var graphics = canvas.getContext("webgl2");
  if (!graphics) {
    return fault("This browser has no WebGL2, which the game draws with. A current Firefox, Chrome, Edge or Safari has it; if yours is current, switch hardware acceleration on.");
  }
  // Only a probe: browsers allow a page few contexts.
  var loss = graphics.getExtension("WEBGL_lose_context");
  if (loss) loss.loseContext();
  if (!hasModuleWorkers) {
    return fault("This browser is too old for the game: it has no module workers. A current Firefox, Chrome, Edge or Safari has them.");
  }

  var compiled = WebAssembly.compileStreaming
    ? WebAssembly.compileStreaming(fetch("{{client.wasm}}"))
    : fetch("{{client.wasm}}").then(function (answer) { return answer.arrayBuffer(); }).then(WebAssembly.compile);
  Promise.all([import("{{client.js}}"), compiled]).then(function (both) {
    return both[0].default({ module_or_path: both[1] }).then(function () {
      both[0].run_page(both[1], "{{worker.js}}");
      document.documentElement.dataset.ready = "yes";
    });
  }).catch(function (error) {
    console.error(error);
    fault("The game could not be loaded. Reload the page to try again.");
  });
})();
