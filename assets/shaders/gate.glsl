// Gates: a ring with claws that holds a whirl of light. The claws show how the gate is turned.

LINK vec2 local;
flat LINK float pixel;
flat LINK vec4 look;     // Radius, seed, 1 while it is shut for us, flash after a passage.
flat LINK vec2 turned;

#ifdef VERTEX

layout(location = 0) in vec4 place;  // Centre, radius, turn.
layout(location = 1) in vec4 state;  // Seed, shut, flash, -.

const float REACH = 1.55;

void main() {
    local = corner() * REACH;
    pixel = frame.screen.z / max(place.z, 0.001);
    look = vec4(place.z, state.xyz);
    turned = direction(place.w);
    gl_Position = from_world(place.xy + local * place.z);
}

#else

uniform sampler2D light;

const vec3 DEEP = vec3(0.16, 0.08, 0.42);
const vec3 WHIRL = vec3(0.56, 0.40, 1.0);
const vec3 BRIGHT = vec3(0.86, 0.80, 1.0);
const vec3 BODY_DARK = vec3(0.046, 0.060, 0.104);
const vec3 BODY_LIT = vec3(0.180, 0.205, 0.310);
const float CLAWS = 6.0;

void main() {
    vec2 p = unrotate(local, turned);
    float r = length(p);
    float around = atan(p.y, p.x);
    float seconds = frame.clock.w > 0.5 ? 6.0 : frame.clock.x;
    float open = 1.0 - 0.65 * look.z;

    // The whirl: arms that wind inwards, drawn with the logarithm of the distance.
    float wind = log(max(r, 0.02)) * 2.6;
    float arms = sin(around * 3.0 + wind * 2.0 - seconds * 1.7 + look.y * 6.0);
    float fine = sin(around * 7.0 - wind * 3.1 - seconds * 2.3);
    float swirl = smoothstep(-0.2, 1.0, arms) * 0.75 + smoothstep(0.1, 1.0, fine) * 0.30;
    float well = smoothstep(0.90, 0.30, r);
    float disc = inside(r - 0.90, pixel);
    vec3 inner = mix(DEEP * 0.55, WHIRL, swirl * (0.35 + 0.5 * r)) * (0.55 + 0.45 * r);
    inner += BRIGHT * exp(-r * r * 22.0) * 0.55;
    inner += BRIGHT * look.w * (0.35 + 0.65 * well);
    inner *= open;

    // The ring and its claws.
    float sector = TAU / CLAWS;
    float a = mod(around + 0.5 * sector, sector) - 0.5 * sector;
    vec2 q = r * direction(a);
    float ring = abs(r - 0.97) - 0.055;
    float claw = box(q - vec2(1.06, 0.0), vec2(0.13, 0.075)) - 0.025;
    // The claws ahead and astern are longer.
    float axis = box(vec2(abs(p.x), p.y) - vec2(1.16, 0.0), vec2(0.20, 0.05)) - 0.03;
    float d = min(ring, min(claw, axis));
    float alpha = inside(d, pixel);
    float width = max(1.3 * pixel, 0.014);
    float edge = inside(abs(d + 0.5 * width) - 0.5 * width, pixel);
    float lamp = inside(length(q - vec2(1.07, 0.0)) - 0.035, pixel);
    float beat = 0.55 + 0.45 * sin(seconds * 2.4 - floor(around / sector + 0.5) * 1.05);
    float rim = exp(-abs(r - 0.90) * 16.0) * 0.55 * open;
    float halo = exp(-max(r - 1.0, 0.0) * 5.0) * (0.16 * open + 0.5 * look.w) * step(1.0, r);
    vec3 glow = WHIRL * (rim + lamp * beat) + WHIRL * halo;
    if (is_light_pass()) {
        out_color = emit(inner * disc * 0.55 + WHIRL * (0.8 * rim + lamp * beat + 0.3 * halo));
        return;
    }
    vec2 normal = normalize(rotate(p, turned) + 0.0001) * sign(r - 0.97);
    vec3 body = mix(BODY_DARK, BODY_LIT, clamp(0.45 + 0.5 * dot(normal, SUN), 0.0, 1.0));
    body += light_here(light) * 0.35 + WHIRL * 0.10 * open;
    vec3 metal = body + vec3(0.62, 0.70, 0.94) * edge * 0.55;
    vec3 color = inner * disc * (1.0 - alpha) + metal * alpha + glow * (1.0 - 0.4 * alpha);
    out_color = vec4(color, max(alpha, 0.55 * disc));
}

#endif
