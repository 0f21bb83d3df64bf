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

// A gem seen from above: a stretched hexagon.
const vec2 STRETCH = vec2(1.0, 0.80);
const float SECTOR = PI / 3.0;

void main() {
    float seconds = frame.clock.w > 0.5 ? tint.w * 9.0 : frame.clock.x;
    vec2 q = unrotate(local, turned) / STRETCH;
    float around = atan(q.y, q.x);
    float from_middle = mod(around, SECTOR) - 0.5 * SECTOR;
    float apothem = length(q) * cos(from_middle);
    float d = (apothem - 0.86) * STRETCH.y;

    // The table in the middle, and two facets on each side that face a little apart.
    float side = around - from_middle;
    float table = step(apothem, 0.46);
    vec2 facing = direction(side + 0.5 * sign(from_middle));
    float sun = dot(rotate(facing, turned), SUN);
    float beat = fract(seconds * 0.33 + tint.w * 7.0);
    float sweep = exp(-abs(q.x - q.y * 0.4 - mix(-3.0, 3.0, beat)) * 5.0);
    float glint = smoothstep(0.88, 0.93, beat) * smoothstep(1.0, 0.95, beat);
    float halo = exp(-max(d, 0.0) * 3.2) * (0.24 + 0.05 * sin(seconds * 2.3 + tint.w * TAU));
    halo *= smoothstep(2.4, 1.2, length(local));

    vec2 star = abs(local - vec2(0.2, -0.25));
    float rays = exp(-star.x * 2.6 - star.y * 24.0) + exp(-star.y * 2.6 - star.x * 24.0);
    vec3 white = mix(tint.rgb, vec3(1.0), 0.75);
    if (is_light_pass()) {
        out_color = emit(tint.rgb * inside(d, pixel) * 0.85 + white * rays * glint);
        return;
    }
    float alpha = inside(d, pixel);
    vec3 color = tint.rgb * mix(0.52 + 0.40 * sun, 0.74 - 0.2 * q.y, table) + white * sweep * 0.5;
    color += white * table * smoothstep(0.5, -0.6, q.y + q.x * 0.5) * 0.16;
    float width = max(1.2 * pixel, 0.07);
    float edge = inside(abs(d + 0.5 * width) - 0.5 * width, pixel);
    color = mix(color, mix(tint.rgb, vec3(1.0), 0.45), edge * 0.85);
    out_color = vec4(color * alpha + tint.rgb * halo + white * rays * glint * 0.9, alpha);
}

#endif
