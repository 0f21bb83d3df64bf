// Marks over the world, in CSS pixels: text, bars, wedges that point at something, arcs beside our ship, darkness over
// what is not known.

LINK vec2 local;       // CSS pixels from the middle of the mark, turned with it.
LINK vec2 texel;
flat LINK vec4 tint;   // Colour, alpha.
flat LINK vec4 shape;  // Half size, kind, value.

#ifdef VERTEX

layout(location = 0) in vec4 place;  // Centre from the middle of the screen, half size.
layout(location = 1) in vec4 text;   // Left, top, right, bottom in the label texture.
layout(location = 2) in vec4 color;  // Colour, alpha.
layout(location = 3) in vec4 look;   // Kind, value, angle, -.

void main() {
    vec2 at = corner();
    vec2 reach = place.zw + (look.x < 0.5 || look.x > 4.5 ? 0.0 : 2.0);
    local = at * reach;
    texel = mix(text.xy, text.zw, at * 0.5 + 0.5);
    tint = color;
    shape = vec4(place.zw, look.xy);
    vec2 center = place.xy;
    if (look.x < 0.5) {
        // Text lies on whole pixels, or it would blur.
        vec2 corner_css = center - place.zw;
        center += floor(corner_css / frame.css.z + 0.5) * frame.css.z - corner_css;
    }
    gl_Position = vec4((center + rotate(local, direction(look.z))) * frame.css.xy, 0.0, 1.0);
}

#else

uniform sampler2D labels;

const vec3 PLATE = vec3(0.020, 0.031, 0.063);

void main() {
    float pixel = frame.css.z;
    float kind = shape.z;
    float value = shape.w;
    if (kind < 0.5) {
        vec4 letters = texture(labels, texel);
        out_color = vec4(letters.rgb * tint.rgb, letters.a) * tint.a;
    } else if (kind < 1.5) {
        float radius = shape.y;
        float d = box(local, shape.xy - radius) - radius;
        float plate = inside(d - 1.0, pixel) * 0.75;
        float filled = inside(max(d, local.x - mix(-shape.x, shape.x, value)), pixel);
        out_color = vec4(mix(PLATE * plate, tint.rgb, filled), max(plate, filled)) * tint.a;
    } else if (kind < 2.5) {
        // An arrowhead with a notch.
        vec2 p = local / shape.x;
        p.y = abs(p.y);
        float flank = dot(p - vec2(0.9, 0.0), vec2(0.4245, 0.9055));
        float notch = -(p.x + 0.22 + 0.4667 * p.y) * 0.906;
        float d = max(flank, notch) - 0.07;
        float px = pixel / shape.x;
        float fill = inside(d, px);
        float plate = inside(d - 1.5 * px, px) * 0.7;
        out_color = vec4(mix(PLATE * plate, tint.rgb, fill), max(plate, fill)) * tint.a;
    } else if (kind > 4.5) {
        // Dark at the left, and not dark yet where what is known ends, with a thin line there.
        float from_edge = shape.x - local.x;
        float line = inside(from_edge - 1.0, pixel) * 0.35;
        float dark = tint.a * smoothstep(0.0, 40.0, from_edge);
        out_color = vec4(tint.rgb * line, max(dark, line));
    } else {
        // An arc on the right (3) or on the left (4), filled from below.
        vec2 p = kind > 3.5 ? vec2(-local.x, local.y) : local;
        float half_angle = 0.62;
        float angle = atan(p.y, p.x);
        float radius = length(p);
        float ring = abs(radius - shape.x + 2.0) - 1.3;
        float span = (abs(angle) - half_angle) * radius;
        float plate = inside(max(ring - 1.0, span - 1.0), pixel) * 0.6;
        float empty = (half_angle * (1.0 - 2.0 * value) - angle) * radius;
        float filled = inside(max(max(ring, span), empty), pixel);
        out_color = vec4(mix(PLATE * plate, tint.rgb, filled), max(plate, filled)) * tint.a;
    }
}

#endif
