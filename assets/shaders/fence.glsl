// The sector's edge: an energy fence that glows inwards, and the barred dark beyond it.

LINK vec2 world;

#ifdef VERTEX

layout(location = 0) in vec4 strip;  // Left, top, right, bottom.

void main() {
    world = mix(strip.xy, strip.zw, corner() * 0.5 + 0.5);
    gl_Position = from_world(world);
}

#else

const vec3 WARN = vec3(1.0, 0.36, 0.23);
const vec3 HOT = vec3(1.0, 0.72, 0.48);
const float POST_UNITS = 160.0;

void main() {
    float pixel = frame.screen.z;
    vec2 q = abs(world) - frame.clock.z;
    float outside = max(q.x, q.y);
    // Along the edge that is nearest.
    float along = q.x > q.y ? world.y : world.x;
    float seconds = frame.clock.w > 0.5 ? 0.0 : frame.clock.x;

    float line = inside(abs(outside) - max(1.1, pixel * 0.8), pixel);
    float wave = sin(along * 0.045 + seconds * 1.9) * sin(along * 0.021 - seconds * 1.3);
    float arc_a = inside(abs(outside - wave * 9.0) - pixel * 0.6, pixel);
    float arc_b = inside(abs(outside + wave * 7.0 * sin(along * 0.07 + seconds)) - pixel * 0.5, pixel);
    float from_post = abs(fract(along / POST_UNITS) - 0.5) * POST_UNITS;
    from_post = POST_UNITS * 0.5 - from_post;
    vec2 to_post = vec2(from_post, outside);
    float post = inside(box(to_post, vec2(3.0, 9.0)) - 1.5, pixel);
    float core = inside(length(to_post) - 2.4, pixel);

    float inward = exp(min(outside, 0.0) * 0.045) * step(outside, 0.0);
    float outward = exp(-max(outside, 0.0) * 0.05) * step(0.0, outside);
    float glow = 0.16 * inward + 0.20 * outward;
    // Rays between the posts that lean inwards, fading.
    float rays = 0.5 + 0.5 * sin(along * 0.16 + seconds * 0.7);
    glow += 0.05 * rays * exp(min(outside, 0.0) * 0.022) * step(outside, 0.0);

    vec3 light = WARN * (glow + 0.5 * (arc_a + arc_b)) + HOT * line * 0.95;
    float dark = clamp(outside / 26.0, 0.0, 1.0) * 0.72;
    float bars = inside(abs(fract((world.x + world.y) / 46.0) - 0.5) * 46.0 - 4.0, pixel * 1.4);
    light += WARN * bars * 0.028 * clamp(outside / 26.0, 0.0, 1.0);
    light = mix(light, vec3(0.09, 0.08, 0.11), post);
    light = mix(light, HOT, core);
    if (is_light_pass()) {
        out_color = emit(WARN * (line + 0.5 * core + 0.15 * inward) * 0.8);
        return;
    }
    out_color = vec4(light, max(dark, post));
}

#endif
