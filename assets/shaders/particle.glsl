// Particles. Where one is and how it looks follows from how it was born and its age alone.

LINK vec2 local;       // -1..1 across the particle.
flat LINK vec4 tint;   // Colour times brightness, share of life passed.
flat LINK vec4 shape;  // Look, size of a pixel over half sizes (x, y), seed.

const float SPARK = 0.0;
const float RING = 1.0;
const float SHARD = 2.0;
const float FLAME = 3.0;
const float GLINT = 4.0;
const float PUFF = 5.0;
const float TRAIL = 6.0;
const float FLASH = 7.0;

bool looks(float look, float other) {
    return abs(look - other) < 0.5;
}

#ifdef VERTEX

layout(location = 0) in vec4 birth;  // Place, velocity.
layout(location = 1) in vec4 span;   // Age, life, half size from, to.
layout(location = 2) in vec4 look;   // Colour times brightness, look.
layout(location = 3) in vec4 turn;   // Drag, angle, spin, -.

void main() {
    float age = span.x;
    float share = clamp(age / span.y, 0.0, 1.0);
    // Speed fades exponentially; the way is its integral.
    float slowed = exp(-turn.x * age);
    float way = turn.x > 0.01 ? (1.0 - slowed) / turn.x : age;
    vec2 place = birth.xy + birth.zw * way;
    vec2 velocity = birth.zw * slowed;
    float eased = 1.0 - (1.0 - share) * (1.0 - share);
    float size = mix(span.z, span.w, eased);
    vec2 half_size = vec2(size);
    vec2 axis = direction(turn.y + turn.z * age);
    if (looks(look.w, SPARK)) {
        float speed = length(velocity);
        axis = speed > 1.0 ? velocity / speed : axis;
        half_size = vec2(size * 1.4 + speed * 0.022, size * 1.4);
    } else if (looks(look.w, FLAME)) {
        half_size = span.zw;
    } else if (looks(look.w, TRAIL)) {
        half_size = vec2(span.z, span.w * (1.0 - 0.6 * share));
    }
    half_size = max(half_size, vec2(1.2 * frame.screen.z));
    local = corner() * (vec2(1.0) + frame.screen.z / half_size);
    tint = vec4(look.rgb, share);
    shape = vec4(look.w, frame.screen.z / half_size, fract(dot(birth.xy, vec2(0.137, 0.371))));
    gl_Position = from_world(place + rotate(local * half_size, axis));
}

#else

uniform sampler2D light;

vec4 shard(float fade) {
    // A triangle that is never the same.
    vec2 p = local + vec2(0.12, 0.0);
    float lean = 0.15 + 0.9 * shape.w;
    float flank = dot(p, normalize(vec2(lean, 1.0)));
    float d = max(-p.x - 0.5, max(flank, dot(p, normalize(vec2(1.0 - lean, -1.0)))) - 0.42);
    d = max(d, dot(p, direction(shape.w * 40.0)) - 0.55);
    float pixel = shape.y;
    float alpha = inside(d, pixel) * smoothstep(0.0, 0.25, fade);
    float width = max(1.3 * pixel, 0.16);
    float edge = inside(abs(d + 0.5 * width) - 0.5 * width, pixel);
    vec3 body = vec3(0.05, 0.065, 0.10) + tint.rgb * 0.16 + light_here(light) * 0.6;
    float hot = fade * fade;
    return vec4((body + tint.rgb * edge * (0.35 + 0.75 * hot) + vec3(1.0, 0.55, 0.2) * hot * hot * 0.35) * alpha, alpha);
}

void main() {
    float share = tint.a;
    float fade = 1.0 - share;
    float away = length(local);
    float look = shape.x;
    float strength = 0.0;
    vec3 hot = vec3(0.0);
    if (looks(look, SPARK)) {
        float across = 1.0 - local.y * local.y;
        float along = 1.0 - local.x * local.x;
        strength = max(across, 0.0) * max(along, 0.0) * smoothstep(-1.0, 0.7, local.x) * min(fade * 1.8, 1.0);
        hot = tint.rgb * strength * strength * 0.8;
    } else if (looks(look, RING)) {
        float width = mix(0.22, 0.05, sqrt(share));
        float edge = (away - 1.0 + width) / width;
        strength = exp(-edge * edge * 3.0) * fade * fade;
        strength += smoothstep(0.2, 1.0, away) * step(away, 1.0) * 0.12 * fade * fade;
    } else if (looks(look, SHARD)) {
        vec4 piece = shard(fade);
        out_color = is_light_pass() ? emit(tint.rgb * fade * fade * 0.4 * piece.a) : piece;
        return;
    } else if (looks(look, FLAME)) {
        // From the nozzle (x = -1) to a point; the middle is white.
        float along = local.x * 0.5 + 0.5;
        float flicker = 0.06 * sin(local.x * 9.0 - frame.clock.x * 60.0 + shape.w * 40.0);
        float width = (1.0 - along) * (0.55 + 0.45 * along) + 0.02;
        float across = (local.y + flicker * along) / width;
        strength = exp(-across * across * 2.2) * smoothstep(1.0, 0.25, along) * smoothstep(0.0, 0.10, along);
        float core = exp(-across * across * 9.0) * smoothstep(0.62, 0.05, along);
        hot = vec3(1.0, 0.97, 0.92) * core * 0.75 * smoothstep(0.0, 0.08, along);
    } else if (looks(look, GLINT)) {
        vec2 star = abs(local);
        float rays = exp(-star.x * 3.2 - star.y * 30.0) + exp(-star.y * 3.2 - star.x * 30.0);
        strength = (rays + exp(-away * 9.0)) * smoothstep(1.0, 0.6, away) * fade;
        hot = vec3(strength * 0.4);
    } else if (looks(look, PUFF)) {
        vec2 p = local;
        float ragged = 0.16 * sin(p.x * 5.0 + shape.w * 30.0) * sin(p.y * 4.3 - shape.w * 17.0);
        float soft = max(1.0 - away - ragged * away, 0.0);
        strength = soft * soft * min(share * 9.0, 1.0) * fade * fade;
    } else if (looks(look, TRAIL)) {
        // Pieces meet end to end: where they do, their shares of a pixel add up to one.
        float across = max(1.0 - local.y * local.y, 0.0);
        strength = across * across * fade * fade * inside(abs(local.x) - 1.0, shape.y);
    } else {
        float soft = max(1.0 - away, 0.0);
        strength = soft * soft * fade;
        hot = vec3(1.0, 0.95, 0.85) * smoothstep(0.45, 0.0, away) * fade * fade * min(tint.g * 1.4, 1.0);
    }
    vec3 color = tint.rgb * strength + hot;
    out_color = is_light_pass() ? emit(color * 0.9) : vec4(color, 0.0);
}

#endif
