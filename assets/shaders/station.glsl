// The station: a turning ring on six spokes with docking arms, windows and beacons.

LINK vec2 local;
flat LINK float pixel;
flat LINK vec2 turned;

#ifdef VERTEX

layout(location = 0) in vec4 place;  // Centre, radius, turn.

const float REACH = 1.3;

void main() {
    local = corner() * REACH;
    pixel = frame.screen.z / place.z;
    turned = direction(place.w);
    gl_Position = from_world(place.xy + local * place.z);
}

#else

uniform sampler2D light;

const vec3 BODY_DARK = vec3(0.036, 0.056, 0.098);
const vec3 BODY_LIT = vec3(0.165, 0.210, 0.305);
const vec3 EDGE = vec3(0.62, 0.75, 0.92);
const vec3 WINDOW = vec3(1.0, 0.78, 0.48);
const vec3 BEACON = vec3(0.37, 0.88, 0.72);

// Distance to the station; all parts are folded onto one sixth.
float station(vec2 p, out vec2 folded) {
    float around = atan(p.y, p.x);
    float sector = PI / 3.0;
    float a = mod(around + 0.5 * sector, sector) - 0.5 * sector;
    float r = length(p);
    folded = r * direction(a);
    float ring = abs(r - 0.86) - 0.085;
    float truss = abs(r - 0.53) - 0.014;
    float spoke = box(folded - vec2(0.5, 0.0), vec2(0.32, 0.026));
    float arm = box(folded - vec2(1.03, 0.0), vec2(0.12, 0.034));
    float dock = box(folded - vec2(1.13, 0.0), vec2(0.034, 0.105)) - 0.012;
    float pod = length(folded - vec2(0.53, 0.0)) - 0.062;
    float hub = folded.x - 0.245;
    // Halls sit on the ring between the arms.
    vec2 between = r * direction(mod(around, sector) - 0.5 * sector);
    float hall = box(between - vec2(0.87, 0.0), vec2(0.118, 0.125)) - 0.012;
    ring = min(ring, hall);
    return min(min(min(ring, truss), min(spoke, pod)), min(hub, min(arm, dock)));
}

void main() {
    vec2 p = unrotate(local, turned);
    float r = length(p);
    vec2 q;
    float d = station(p, q);
    vec2 unused;
    float e = 0.012;
    vec2 slope = vec2(
        station(p + vec2(e, 0.0), unused) - station(p - vec2(e, 0.0), unused),
        station(p + vec2(0.0, e), unused) - station(p - vec2(0.0, e), unused)
    ) / (2.0 * e);
    float alpha = inside(d, pixel);
    float seconds = frame.clock.w > 0.5 ? 0.0 : frame.clock.x;

    // Windows along the ring, some dark; a lit ring in the hub.
    float cells = 54.0;
    float around = atan(p.y, p.x) / TAU * cells;
    float cell = floor(around);
    vec2 in_cell = vec2((fract(around) - 0.5) * TAU * 0.86 / cells, r - 0.86);
    float lit = step(0.42, noise(vec2(cell, 3.0))) * (0.65 + 0.35 * noise(vec2(cell, 9.0)));
    float window = inside(box(in_cell, vec2(0.021, 0.0085)), pixel) * lit;
    float hub_light = inside(abs(q.x - 0.165) - 0.0065, pixel);
    float lamp = inside(length(q - vec2(0.53, 0.0)) - 0.02, pixel);
    float hub_core = inside(length(p) - 0.05, pixel);

    // Beacons on the docks run round.
    float sixth = mod(floor(atan(p.y, p.x) / (PI / 3.0) + 0.5), 6.0);
    float beat = 0.5 + 0.5 * sin(seconds * 2.2 - sixth * TAU / 6.0);
    float beacon_distance = length(vec2(q.x - 1.13, abs(q.y) - 0.085));
    float beacon = inside(beacon_distance - 0.012, pixel) * (0.25 + 0.75 * beat);
    float beacon_halo = exp(-beacon_distance * 34.0) * 0.5 * beat;

    vec3 glow = WINDOW * (window + 0.8 * hub_light + lamp + hub_core) + BEACON * (beacon + beacon_halo);
    if (is_light_pass()) {
        out_color = emit(glow * 0.9 + WINDOW * 0.10 * alpha);
        return;
    }
    float sun = dot(rotate(slope, turned), SUN);
    float bevel = smoothstep(-0.05, 0.0, d);
    // Plates: seams across the ring, a groove along it.
    float seams = inside(abs(fract(around / 3.0) - 0.5) * 3.0 * TAU * 0.86 / cells - pixel * 0.7, pixel);
    seams = step(0.775, r) * step(r, 0.945) * seams;
    seams = max(seams, inside(abs(abs(r - 0.86) - 0.05) - pixel * 0.4, pixel) * 0.8);
    vec3 body = mix(BODY_DARK, BODY_LIT, clamp(0.40 + 0.55 * sun * bevel, 0.0, 1.0));
    body *= 1.0 - 0.5 * seams;
    body += light_here(light) * 0.35;
    float width = max(1.3 * pixel, 0.011);
    float edge = inside(abs(d + 0.5 * width) - 0.5 * width, pixel);
    vec3 color = body + EDGE * edge * (0.30 + 0.45 * clamp(sun, 0.0, 1.0));
    out_color = vec4(color * alpha + glow, alpha);
}

#endif
