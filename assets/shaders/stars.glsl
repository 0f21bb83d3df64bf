// Stars in three depths, tiled without end: each star stays at its place in a tile that the view slides over.

flat LINK vec3 tint;
LINK vec2 local;

#ifdef VERTEX

layout(location = 0) in vec4 star;  // Place in the tile, depth, size.
layout(location = 1) in vec4 look;  // Colour, phase of twinkling.

void main() {
    float tile = frame.css.w;
    float parallax = star.z < 0.5 ? 0.05 : star.z < 1.5 ? 0.14 : 0.28;
    if (frame.clock.w > 0.5) parallax = 0.05;
    vec2 offset = mod(star.xy * tile - frame.view.xy * parallax, tile) - 0.5 * tile;
    float css = frame.screen.z / frame.css.z;
    float radius = max(star.w * 1.55 * css, 1.25 * frame.screen.z);
    local = corner();
    float twinkle = frame.clock.w > 0.5 ? 1.0 : 0.86 + 0.14 * sin(frame.clock.x * 1.7 + look.w * TAU);
    tint = look.rgb * twinkle;
    gl_Position = from_world(frame.view.xy + offset + local * radius);
}

#else

void main() {
    float away = dot(local, local);
    float glow = max(1.0 - away, 0.0);
    out_color = vec4(tint * glow * glow, 0.0);
}

#endif
