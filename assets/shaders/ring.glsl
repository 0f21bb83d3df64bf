// Dashed circles with a soft inner side: what a place means, drawn on the void.

LINK vec2 local;
LINK float turn;
flat LINK vec4 shape;  // Radius, depth inwards, dashes, share of a dash.
flat LINK vec4 tint;
flat LINK float line;

#ifdef VERTEX

layout(location = 0) in vec4 place;  // Centre, radius, depth inwards.
layout(location = 1) in vec4 color;  // Colour, alpha.
layout(location = 2) in vec4 dash;   // Dashes, share, turn, width of the line in CSS pixels.

const float SEGMENTS = 128.0;

void main() {
    float css = frame.screen.z / frame.css.z;
    turn = float(gl_VertexID >> 1) / SEGMENTS;
    float reach = (gl_VertexID & 1) == 0 ? place.z - place.w : place.z + dash.w * css + 2.0 * frame.screen.z;
    local = direction(turn * TAU + dash.z) * reach;
    shape = vec4(place.zw, dash.xy);
    tint = color;
    line = dash.w * css;
    gl_Position = from_world(place.xy + local);
}

#else

void main() {
    float pixel = frame.screen.z;
    float away = length(local) - shape.x;
    float dash_units = TAU * shape.x / shape.z;
    float along = (abs(fract(turn * shape.z) - 0.5) - 0.5 * shape.w) * dash_units;
    float dashes = inside(max(abs(away) - 0.5 * line, along), pixel);
    float soft = max(1.0 + away / shape.y, 0.0) * step(away, 0.0);
    out_color = vec4(tint.rgb * tint.a * (dashes + 0.13 * soft * soft), 0.0);
}

#endif
