// Walls: plates of dark steel along a line, with lamps. A piece comes twice: first its rim, then its body, so that the
// bodies of all pieces cover the rims where two of them meet.

LINK vec2 local;             // Along and across, in units from the first end.
LINK vec2 world;
flat LINK vec4 shape;        // Length, radius, 1 for a body, seed.
flat LINK vec2 along_world;

#ifdef VERTEX

layout(location = 0) in vec4 ends;   // First end, other end.
layout(location = 1) in vec4 look;   // Radius, 1 for a body, seed, -.

const float GLOW_UNITS = 14.0;

void main() {
    vec2 way = ends.zw - ends.xy;
    float len = length(way);
    along_world = len > 0.0 ? way / len : vec2(1.0, 0.0);
    shape = vec4(len, look.xyz);
    float reach = look.x + (look.y > 0.5 ? 1.0 : GLOW_UNITS);
    vec2 at = corner();
    // A piece of no length, which warms the program up, covers nothing.
    float is_there = step(0.001, look.x);
    local = vec2(at.x < 0.0 ? -reach : len + reach, at.y * reach) * is_there;
    world = ends.xy + along_world * local.x + vec2(-along_world.y, along_world.x) * local.y;
    gl_Position = from_world(world);
}

#else

uniform sampler2D light;

const vec3 BODY_DARK = vec3(0.050, 0.068, 0.108);
const vec3 BODY_LIT = vec3(0.128, 0.162, 0.235);
const vec3 RIM = vec3(0.52, 0.64, 0.82);
const vec3 LAMP = vec3(1.0, 0.66, 0.34);
const float PLATE_UNITS = 34.0;
const float LAMP_UNITS = 136.0;

void main() {
    float pixel = frame.screen.z;
    float beyond = local.x - clamp(local.x, 0.0, shape.x);
    float d = length(vec2(beyond, local.y)) - shape.y;
    if (shape.z < 0.5) {
        // The rim, lit where it faces the sun, and a breath of light around it that shows the wall in the dark.
        vec2 out_from = vec2(beyond, local.y);
        vec2 normal = length(out_from) > 0.001 ? normalize(rotate(out_from, along_world)) : vec2(0.0);
        float sun = 0.5 + 0.5 * dot(normal, SUN);
        float alpha = inside(d, pixel);
        float haze = exp(-max(d, 0.0) * 0.30) * 0.10;
        if (is_light_pass()) {
            out_color = emit(RIM * haze * 0.4 * step(0.0, d));
            return;
        }
        vec3 rim = RIM * (0.30 + 0.62 * sun);
        out_color = vec4(rim * alpha + RIM * haze * (1.0 - alpha), alpha);
        return;
    }
    float alpha = inside(d, pixel);
    // Lamps on the middle line.
    float lamps = max(floor(shape.x / LAMP_UNITS + 0.5), 1.0);
    float step_units = shape.x / lamps;
    float to_lamp = (fract(local.x / step_units) - 0.5) * step_units;
    float lamp_radius = clamp(shape.y * 0.20, 1.2, 3.0);
    float away = length(vec2(to_lamp, local.y));
    float lamp = inside(away - lamp_radius, pixel);
    float seconds = frame.clock.w > 0.5 ? 0.0 : frame.clock.x;
    float id = floor(local.x / step_units) + shape.w * 17.0;
    float beat = 0.72 + 0.28 * sin(seconds * 1.3 + id * 2.1);
    float halo = exp(-away * 0.20) * 0.55;
    vec3 glow = LAMP * (lamp + halo) * beat;
    if (is_light_pass()) {
        // Solid: it keeps the light of what is under it away.
        out_color = vec4(LAMP * 0.5 * (lamp + 0.30 * halo) * beat, alpha);
        return;
    }
    // Plates: seams across, a ridge along; noise tells one plate from the next.
    float plate = floor(local.x / PLATE_UNITS);
    float tone = 0.80 + 0.40 * noise(vec2(plate, shape.w * 91.0));
    float to_seam = (0.5 - abs(fract(local.x / PLATE_UNITS) - 0.5)) * PLATE_UNITS;
    float seam = inside(to_seam - 0.6, pixel);
    float ridge = inside(abs(abs(local.y) - shape.y * 0.52) - 0.5, pixel);
    vec2 normal = rotate(vec2(0.0, local.y / max(shape.y, 0.001)), along_world);
    float sun = clamp(0.45 + 0.50 * dot(normal, SUN), 0.0, 1.0);
    vec3 body = mix(BODY_DARK, BODY_LIT, sun) * tone;
    body *= 1.0 - 0.40 * max(seam, 0.7 * ridge);
    body += light_here(light) * 0.45;
    out_color = vec4(body * alpha + glow * alpha, alpha);
}

#endif
