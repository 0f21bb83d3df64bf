// Asteroids from baked variants: faceted stone in the sun, veins of ore, cracks as they are worn down.

LINK vec2 texel;
flat LINK vec2 turned;
flat LINK vec4 shape;  // Variant, damage, flash, size of a pixel in radii.
flat LINK vec4 ore;    // Colour, mirror.

#ifdef VERTEX

layout(location = 0) in vec4 place;  // Centre, cosine, sine.
layout(location = 1) in vec4 state;  // Radius, variant, damage, flash.
layout(location = 2) in vec4 vein;   // Colour of the ore, mirror.

// As in bake_rock.glsl.
const float EXTENT = 1.25;

void main() {
    vec2 at = corner();
    texel = at * vec2(vein.w, 1.0) * 0.5 + 0.5;
    turned = place.zw;
    shape = vec4(state.yzw, frame.screen.z / state.x);
    ore = vein;
    gl_Position = from_world(place.xy + rotate(at, place.zw) * (state.x * EXTENT));
}

#else

// Distance, direction in which facets face, lightness · vein, crack, order in which cracks open.
uniform sampler2DArray rock_body;
uniform sampler2DArray rock_detail;
uniform sampler2D light;

const vec3 STONE_DARK = vec3(0.034, 0.044, 0.074);
const vec3 STONE_LIT = vec3(0.300, 0.330, 0.405);
const vec3 EDGE = vec3(0.55, 0.64, 0.78);

void main() {
    vec4 body = texture(rock_body, vec3(texel, shape.x));
    float pixel = shape.w;
    float d = (body.r - 0.5) * 0.5;
    if (d > pixel) {
        out_color = vec4(0.0);
        return;
    }
    vec4 detail = texture(rock_detail, vec3(texel, shape.x));
    float alpha = inside(d, pixel);
    float depth = smoothstep(0.0, -0.16, d);
    float vein = detail.r * depth;
    // Cracks open one after the other: each has its own order.
    float damage = shape.y;
    float order = detail.b;
    float line = smoothstep(0.25, 0.75, detail.g) * depth;
    float open = line * smoothstep(order - 0.06, order + 0.06, damage * 0.95);
    float seconds = frame.clock.w > 0.5 ? 0.0 : frame.clock.x;
    float shimmer = 0.82 + 0.18 * sin(seconds * 1.1 + shape.x * 2.4 + texel.x * 9.0);
    vec3 hot = mix(ore.rgb, vec3(1.0, 0.86, 0.66), 0.35);
    vec3 glow = ore.rgb * vein * shimmer + hot * open * open * 0.75 * smoothstep(0.45, 1.0, damage);
    if (is_light_pass()) {
        out_color = emit((glow * 0.45 + vec3(0.10) * shape.z) * alpha);
        return;
    }
    vec2 facing = (body.gb * 2.0 - 1.0) * vec2(ore.w, 1.0);
    float sun = dot(rotate(facing, turned), SUN);
    vec3 stone = mix(STONE_DARK, STONE_LIT, clamp(0.26 + 0.74 * sun, 0.0, 1.0)) * (0.62 + 0.7 * body.a);
    stone = mix(stone, stone * (0.55 + ore.rgb * 0.9), 0.30);
    stone += light_here(light) * (0.22 + 0.5 * body.a) * 0.8;
    stone *= 1.0 - 0.8 * open - 0.2 * vein;
    float width = max(1.4 * pixel, 0.022);
    float edge = inside(abs(d + 0.5 * width) - 0.5 * width, pixel);
    stone += mix(EDGE, ore.rgb, 0.22) * edge * (0.22 + 0.62 * clamp(sun + 0.15, 0.0, 1.0));
    stone = mix(stone + glow * 0.85, vec3(0.95), shape.z * 0.17);
    out_color = vec4(stone * alpha, alpha);
}

#endif
