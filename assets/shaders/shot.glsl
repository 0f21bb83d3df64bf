// Shots: capsules with a white core, drawn last of the world so that nothing hides one.

LINK vec2 local;       // World units, x along the flight.
flat LINK vec4 shape;  // Half length, radius, tail, own.
flat LINK vec3 tint;

#ifdef VERTEX

layout(location = 0) in vec4 place;  // Centre, direction.
layout(location = 1) in vec4 size;   // Half length, radius, tail, own.
layout(location = 2) in vec4 color;  // Colour, -.

void main() {
    // Never thinner than what can be seen.
    float radius = max(size.y, 1.5 * frame.screen.z);
    vec2 at = corner();
    float reach = size.x + radius * 4.0;
    local = vec2(at.x < 0.0 ? -(size.z + reach) : reach, at.y * radius * 4.0);
    shape = vec4(size.x, radius, size.zw);
    tint = color.rgb;
    gl_Position = from_world(place.xy + rotate(local, place.zw));
}

#else

void main() {
    float pixel = frame.screen.z;
    float radius = shape.y;
    float d = length(vec2(local.x - clamp(local.x, -shape.x, shape.x), local.y)) - radius;
    float body = inside(d, pixel);
    float core = inside(d + radius * 0.42, pixel);
    // The tail narrows and fades behind the capsule.
    float behind = clamp((shape.x - local.x) / (shape.z + 2.0 * shape.x), 0.0, 1.0);
    float width = radius * (1.0 - 0.75 * behind);
    float across = local.y / width;
    float tail = exp(-across * across * 1.6) * (1.0 - behind) * (1.0 - behind) * step(local.x, shape.x);
    if (is_light_pass()) {
        out_color = emit(tint * (1.3 * body + 0.35 * tail));
        return;
    }
    float halo = exp(-max(d, 0.0) / (radius * 1.1)) * 0.34;
    vec3 color = mix(tint, vec3(1.0), core * 0.92);
    // What can hurt carries a dark seam, so that it stands out from light as well as from the void.
    float seam = inside(d - 1.2 * pixel, pixel) * (1.0 - body) * 0.5;
    out_color = vec4(color * body + tint * (halo + 0.62 * tail) * (1.0 - body), body + seam);
}

#endif
