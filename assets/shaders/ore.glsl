// Ore: a cut crystal with facets that catch the light, and now and then a glint.

LINK vec2 local;
flat LINK vec2 turned;
flat LINK vec4 tint;  // Colour, seed.
flat LINK float pixel;

#ifdef VERTEX

layout(location = 0) in vec4 place;  // Centre, radius, turn.
layout(location = 1) in vec4 look;   // Colour, seed.

const float REACH = 2.4;

void main() {
    local = corner() * REACH;
    turned = direction(place.w);
    tint = look;
    pixel = frame.screen.z / place.z;
    gl_Position = from_world(place.xy + local * place.z);
}

#else

// A crystal along x: six corners, pointed ends.
float crystal(vec2 p, vec2 size) {
    vec2 q = abs(p) / size;
    return (max(q.y, 0.62 * q.x + 0.55 * q.y) - 0.72) * size.y;
}

void main() {
    float seconds = frame.clock.w > 0.5 ? tint.w * 9.0 : frame.clock.x;
    vec2 p = unrotate(local, turned);
    vec2 lesser = rotate(p - vec2(-0.18, 0.30), vec2(0.62, 0.784));
    float large = crystal(p, vec2(1.05, 0.62));
    float small = crystal(lesser, vec2(0.62, 0.36));
    float d = min(large, small);
    bool is_large = large < small;
    vec2 q = is_large ? p / vec2(1.05, 0.62) : lesser / vec2(0.62, 0.36);
    vec2 axis = is_large ? turned : rotate(turned, vec2(0.62, -0.784));

    // Facets: a table in the middle, two long flanks, and the points.
    float table = step(abs(q.y), 0.26) * step(abs(q.x), 0.62);
    float tip = step(0.62, abs(q.x) + 0.22 * abs(q.y));
    vec2 facing = mix(vec2(0.0, sign(q.y)), vec2(sign(q.x), 0.45 * sign(q.y)) * 0.9, tip);
    float sun = dot(rotate(facing, axis), SUN) * (1.0 - table);
    float beat = fract(seconds * 0.33 + tint.w * 7.0);
    float sweep = exp(-abs(q.x - q.y * 0.4 - mix(-3.0, 3.0, beat)) * 5.0);
    float glint = smoothstep(0.90, 0.94, beat) * smoothstep(1.0, 0.95, beat);
    float halo = exp(-max(d, 0.0) * 3.4) * (0.15 + 0.05 * sin(seconds * 2.3 + tint.w * TAU));
    halo *= smoothstep(2.4, 1.2, length(local));

    vec2 star = abs(local - vec2(0.2, -0.25));
    float rays = exp(-star.x * 2.6 - star.y * 24.0) + exp(-star.y * 2.6 - star.x * 24.0);
    vec3 white = mix(tint.rgb, vec3(1.0), 0.75);
    if (is_light_pass()) {
        out_color = vec4(tint.rgb * inside(d, pixel) * 0.85 + white * rays * glint, 0.0);
        return;
    }
    float alpha = inside(d, pixel);
    vec3 color = tint.rgb * (0.40 + 0.34 * sun + 0.30 * table) + white * sweep * 0.55;
    float width = max(1.2 * pixel, 0.07);
    float edge = inside(abs(d + 0.5 * width) - 0.5 * width, pixel);
    color = mix(color, mix(tint.rgb, vec3(1.0), 0.45), edge * 0.85);
    out_color = vec4(color * alpha + tint.rgb * halo + white * rays * glint * 0.9, alpha);
}

#endif
