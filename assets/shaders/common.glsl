// What all shaders share. It comes before each of them, after a line that defines VERTEX or FRAGMENT.
//
// Colours are premultiplied: a body is (colour * alpha, alpha), pure light is (colour, 0); one blend function does both.

precision highp float;
precision highp sampler2DArray;

#ifdef VERTEX
#define LINK out
#else
#define LINK in
layout(location = 0) out vec4 out_color;
#endif

const float PI = 3.14159265;
const float TAU = 6.28318531;
// Towards the sun that lights bodies, screen axes (y down).
const vec2 SUN = vec2(-0.53, -0.848);

layout(std140) uniform Frame {
    // Middle of the screen in the world; factor from world units to clip space.
    vec4 view;
    // Width and height in pixels; world units per pixel; 1 while the light is drawn.
    vec4 screen;
    // Seconds; strength of light; half of the sector's side; 1 for less motion.
    vec4 clock;
    // Factor from CSS pixels to clip space; CSS pixels per pixel; side of a tile of the sky.
    vec4 css;
} frame;

bool is_light_pass() {
    return frame.screen.w > 0.5;
}

vec2 rotate(vec2 p, vec2 turn) {
    return vec2(p.x * turn.x - p.y * turn.y, p.x * turn.y + p.y * turn.x);
}

vec2 unrotate(vec2 p, vec2 turn) {
    return vec2(p.x * turn.x + p.y * turn.y, p.y * turn.x - p.x * turn.y);
}

vec2 direction(float angle) {
    return vec2(cos(angle), sin(angle));
}

#ifdef VERTEX

// The corner of a quad, -1..1; every four vertices are one.
vec2 corner() {
    return vec2(float(gl_VertexID & 1), float((gl_VertexID >> 1) & 1)) * 2.0 - 1.0;
}

vec4 from_world(vec2 place) {
    return vec4((place - frame.view.xy) * frame.view.zw, 0.0, 1.0);
}

#else

// Share of a pixel that lies inside, by the distance to the edge (negative inside) and the size of a pixel.
float inside(float distance, float pixel) {
    return clamp(0.5 - distance / pixel, 0.0, 1.0);
}

float noise(vec2 p) {
    vec3 q = fract(vec3(p.xyx) * 0.1031);
    q += dot(q, q.yzx + 33.33);
    return fract((q.x + q.y) * q.z);
}

vec2 noise2(vec2 p) {
    return vec2(noise(p), noise(p + 71.7));
}

// Light is kept in bytes at half its strength, so that there is room above white.
vec4 emit(vec3 glow) {
    return vec4(glow * 0.5, 0.0);
}

// Light that falls on this pixel from what glows around it.
vec3 light_here(sampler2D light) {
    return texture(light, gl_FragCoord.xy / frame.screen.xy).rgb * (2.0 * frame.clock.y);
}

float box(vec2 p, vec2 half_size) {
    vec2 q = abs(p) - half_size;
    return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0);
}

#endif
