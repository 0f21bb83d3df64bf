// Bakes a variant of asteroid: an irregular outline, facets like chipped stone, small craters, veins, cracks.

LINK vec2 local;

#ifdef VERTEX

const float EXTENT = 1.25;

void main() {
    local = corner() * EXTENT;
    gl_Position = vec4(corner(), 0.0, 1.0);
}

#else

layout(location = 1) out vec4 out_detail;
uniform float variant;

float smooth_noise(vec2 p) {
    vec2 cell = floor(p);
    vec2 f = fract(p);
    f = f * f * (3.0 - 2.0 * f);
    return mix(
        mix(noise(cell), noise(cell + vec2(1.0, 0.0)), f.x),
        mix(noise(cell + vec2(0.0, 1.0)), noise(cell + vec2(1.0, 1.0)), f.x),
        f.y
    );
}

float cloud(vec2 p) {
    return 0.55 * smooth_noise(p) + 0.28 * smooth_noise(p * 2.1 + 7.3) + 0.17 * smooth_noise(p * 4.3 + 1.9);
}

vec2 outline_corner(float index, float corners) {
    float angle = (index + 0.55 * (noise(vec2(index, variant * 7.0 + 1.0)) - 0.5)) / corners * TAU;
    float reach = 0.86 + 0.26 * noise(vec2(index, variant * 3.0 + 40.0));
    // One flank is chipped off, so that no two silhouettes are alike.
    reach -= 0.16 * smoothstep(0.55, 1.0, cos(angle - variant * 2.399));
    return direction(angle) * reach;
}

float outline(vec2 p) {
    float corners = 10.0 + floor(noise(vec2(variant, 5.0)) * 4.0);
    float nearest = 9.0;
    float side = 1.0;
    vec2 from = outline_corner(corners - 1.0, corners);
    for (float i = 0.0; i < corners; i += 1.0) {
        vec2 to = outline_corner(i, corners);
        vec2 edge = to - from;
        vec2 away = p - from;
        vec2 gap = away - edge * clamp(dot(away, edge) / dot(edge, edge), 0.0, 1.0);
        nearest = min(nearest, dot(gap, gap));
        bvec3 crosses = bvec3(p.y >= from.y, p.y < to.y, edge.x * away.y > edge.y * away.x);
        if (all(crosses) || all(not(crosses))) side = -side;
        from = to;
    }
    return side * sqrt(nearest);
}

// The nearest and the second nearest point of a jittered grid: distance to their border, and the nearest one's cell.
vec4 facets(vec2 p, float scale, float seed) {
    p *= scale;
    vec2 cell = floor(p);
    float first = 9.0;
    float second = 9.0;
    vec2 nearest = vec2(0.0);
    vec2 next = vec2(0.0);
    for (float y = -1.0; y <= 1.0; y += 1.0) {
        for (float x = -1.0; x <= 1.0; x += 1.0) {
            vec2 at = cell + vec2(x, y);
            vec2 point = at + 0.15 + 0.7 * noise2(at + seed * 17.0);
            float away = length(p - point);
            if (away < first) {
                second = first;
                next = nearest;
                first = away;
                nearest = point;
            } else if (away < second) {
                second = away;
                next = point;
            }
        }
    }
    // The border between both is the line halfway, and the same pair gives the same number from either side.
    float border = dot(0.5 * (nearest + next) - p, normalize(next - nearest)) / scale;
    return vec4(border, noise(floor((nearest + next) * 8.0) + seed), nearest / scale);
}

// How near the line is where noise crosses its middle value: distance, and 1 where the line is sharp.
vec2 contour(vec2 p) {
    float e = 0.02;
    float value = cloud(p);
    vec2 slope = vec2(cloud(p + vec2(e, 0.0)), cloud(p + vec2(0.0, e))) - value;
    float steep = length(slope) / e;
    return vec2(abs(value - 0.5) / max(steep, 0.1), smoothstep(0.18, 0.45, steep));
}

void main() {
    float seed = variant * 13.7 + 2.0;
    float d = outline(local) + 0.02 * (cloud(local * 5.0 + seed) - 0.5);
    vec4 large = facets(local + 0.05 * (cloud(local * 3.0 + seed) - 0.5), 2.3, seed);
    vec4 small = facets(local, 5.2, seed + 3.0);
    // Each facet faces the way its middle does on a dome, plus its own tilt.
    vec2 facing = large.zw * 0.85 + 0.75 * (noise2(large.zw * 31.0 + seed) - 0.5);
    facing += 0.30 * (noise2(small.zw * 31.0 + seed) - 0.5);
    float lightness = 0.42 + 0.28 * noise(large.zw * 57.0) + 0.22 * cloud(local * 6.0 + seed);
    lightness *= 0.75 + 0.25 * smoothstep(0.0, 0.03, large.x);
    for (float i = 0.0; i < 3.0; i += 1.0) {
        vec2 place = (noise2(vec2(i, variant * 5.0 + 11.0)) - 0.5) * 1.1;
        float reach = 0.09 + 0.13 * noise(vec2(i + 9.0, variant));
        vec2 away = local - place;
        float inner = length(away) / reach;
        // The far wall of a crater faces us, its rim the other way.
        float bowl = smoothstep(1.0, 0.75, inner);
        float rim = smoothstep(1.35, 1.05, inner) - bowl;
        facing = mix(facing, -away / reach * 0.9, bowl * 0.85);
        facing += normalize(away + 1e-4) * rim * 0.35;
        lightness *= 1.0 - 0.28 * bowl;
    }
    facing /= max(length(facing), 1.0);

    // Veins follow the middle value of slow noise, in patches; divided by its slope they stay thin where it is flat.
    float patches = smoothstep(0.44, 0.60, cloud(local * 1.4 + seed * 5.0));
    float thick = 0.008 + 0.026 * patches * cloud(local * 7.0 + seed);
    vec2 trunk = contour(local * 1.9 + seed * 3.1);
    vec2 twig = contour(local * 3.4 + seed * 1.7);
    float vein = smoothstep(thick, thick * 0.35, trunk.x / 1.9) * trunk.y;
    vein = max(vein, 0.75 * smoothstep(thick * 0.5, thick * 0.1, twig.x / 3.4) * twig.y) * patches;

    // Some borders of a coarse, bent grid of facets break, each at its own time; the others never.
    vec2 bent = local + 0.16 * (vec2(cloud(local * 3.4 + seed), cloud(local * 3.4 + seed + 50.0)) - 0.5);
    bent += 0.05 * (vec2(cloud(local * 11.0 + seed), cloud(local * 11.0 + seed + 50.0)) - 0.5);
    vec4 broken = facets(bent, 1.7, seed + 8.0);
    float order = broken.y * 1.25;
    float crack = smoothstep(0.026, 0.004, broken.x) * step(order, 1.0);

    out_color = vec4(d * 2.0 + 0.5, facing * 0.5 + 0.5, lightness);
    out_detail = vec4(vein, crack, order, 1.0);
}

#endif
