// Ships: dark chiselled hulls from baked outlines, one bright rim; a shield while they cannot be hurt.

LINK vec2 local;       // Radii, turned with the ship.
flat LINK vec2 turned;
flat LINK vec4 shape;  // Hull, flash, shield, size of a pixel in radii.
flat LINK vec4 tint;   // Colour, share of hit points.
flat LINK vec4 state;  // Own, seed, throttle, -.

#ifdef VERTEX

layout(location = 0) in vec4 place;   // Centre, cosine, sine.
layout(location = 1) in vec4 look;    // Radius, hull, flash, shield.
layout(location = 2) in vec4 color;   // Colour, share of hit points.
layout(location = 3) in vec4 extra;   // Own, seed, throttle, -.

void main() {
    float reach = look.w > 0.01 ? 2.3 : 1.85;
    local = corner() * reach;
    turned = place.zw;
    shape = vec4(look.yzw, frame.screen.z / look.x);
    tint = color;
    state = extra;
    gl_Position = from_world(place.xy + rotate(local, place.zw) * look.x);
}

#else

uniform sampler2DArray hulls;
uniform sampler2D light;

// As in outline.rs.
const float EXTENT = 1.6;
const float SHIELD_RADIUS = 1.78;
const vec3 BODY_DARK = vec3(0.040, 0.062, 0.108);
const vec3 BODY_LIT = vec3(0.20, 0.25, 0.35);

void main() {
    vec4 hull = texture(hulls, vec3(local / EXTENT * 0.5 + 0.5, shape.x));
    float pixel = shape.w;
    float away = length(local);
    // Beyond what is baked the distance goes on with the circle round it.
    float d = hull.r - 0.5;
    if (away > EXTENT * 0.92) d = max(d, away - EXTENT * 0.92);
    float seconds = frame.clock.x;

    // A ship that is nearly done for flickers; less motion, no flicker.
    float hurt = smoothstep(0.35, 0.0, tint.a) * (1.0 - frame.clock.w);
    float flicker = 1.0 - hurt * 0.65 * step(0.62, noise(vec2(floor(seconds * 14.0), state.y * 91.0)));
    vec3 rim_color = mix(tint.rgb, vec3(1.0), 0.10 + 0.20 * state.x) * flicker;

    float alpha = inside(d, pixel);
    float width = max(1.5 * pixel, 0.085);
    float edge = inside(abs(d + 0.5 * width) - 0.5 * width, pixel);
    vec2 cockpit_place = (local - vec2(0.46, 0.0)) / vec2(0.30, 0.125);
    float cockpit = inside((length(cockpit_place) - 1.0) * 0.125, pixel);
    float flash = shape.y;

    float shield = 0.0;
    if (shape.z > 0.01) {
        float wall = away - SHIELD_RADIUS;
        float around = atan(local.y, local.x);
        float ripple = 0.72 + 0.28 * sin(around * 3.0 - seconds * 2.6) * (1.0 - frame.clock.w);
        shield = inside(abs(wall) - max(0.7 * pixel, 0.02), pixel) * ripple * 0.85;
        shield += smoothstep(SHIELD_RADIUS * 0.55, SHIELD_RADIUS, away) * step(wall, 0.0) * 0.17;
        shield *= shape.z;
    }
    vec3 shield_color = mix(vec3(0.37, 0.88, 0.72), vec3(1.0), 0.25);

    if (is_light_pass()) {
        vec3 glow = rim_color * edge * (0.30 + 0.25 * state.x) + rim_color * cockpit * 0.5;
        glow += vec3(1.0) * flash * alpha * 0.8 + shield_color * shield * 0.45;
        out_color = emit(glow);
        return;
    }
    vec2 facing = hull.gb * 2.0 - 1.0;
    float sun = dot(rotate(facing, turned), SUN);
    vec3 body = mix(BODY_DARK, BODY_LIT, clamp(0.32 + 0.5 * sun, 0.0, 1.0));
    body = mix(body, tint.rgb * (0.20 + 0.34 * clamp(0.4 + 0.6 * sun, 0.0, 1.0)), 0.34);
    // A second, fainter line follows the rim inside: plating.
    float plate = inside(abs(d + 0.235) - 0.35 * pixel, pixel);
    body += rim_color * (plate * 0.16 + 0.26 * exp(d * 11.0));
    body += light_here(light) * 0.35;
    body = mix(body, mix(rim_color, vec3(1.0), 0.55), cockpit * 0.9);
    vec3 color = mix(body, rim_color, edge);
    color = mix(color, vec3(1.0), flash * 0.8);
    // A thin dark gap sets the rim off from whatever is behind, then its glow.
    float gap = inside(d - 1.6 * pixel, pixel) * (1.0 - alpha) * 0.6;
    float halo = exp(-max(d, 0.0) * 7.5) * (1.0 - alpha) * (0.10 + 0.12 * state.x);
    halo *= smoothstep(1.85, 1.3, away);
    out_color = vec4(color * alpha + rim_color * halo + shield_color * shield, alpha + gap);
}

#endif
