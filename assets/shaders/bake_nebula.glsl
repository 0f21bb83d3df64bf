// Bakes the nebula: clouds of noise that repeat without a seam, bent by themselves into wisps.

LINK vec2 local;

#ifdef VERTEX

void main() {
    local = corner() * 0.5 + 0.5;
    gl_Position = vec4(corner(), 0.0, 1.0);
}

#else

// Gradient noise that repeats after `period` cells, 0..1.
float slope(vec2 cell, vec2 away, float period) {
    return dot(direction(noise(mod(cell, period)) * TAU), away);
}

float wrapped(vec2 p, float period) {
    vec2 cell = floor(p);
    vec2 f = p - cell;
    vec2 share = f * f * f * (f * (f * 6.0 - 15.0) + 10.0);
    vec2 x = vec2(1.0, 0.0);
    float above = mix(slope(cell, f, period), slope(cell + x, f - x, period), share.x);
    float below = mix(slope(cell + x.yx, f - x.yx, period), slope(cell + 1.0, f - 1.0, period), share.x);
    return 0.5 + 0.75 * mix(above, below, share.y);
}

float cloud(vec2 p, float period) {
    float sum = 0.0;
    float weight = 0.5;
    for (int i = 0; i < 5; i += 1) {
        sum += weight * wrapped(p * period + float(i) * period, period);
        period *= 2.0;
        weight *= 0.52;
    }
    return sum;
}

void main() {
    vec2 bend = vec2(cloud(local, 3.0), cloud(local + 0.31, 3.0)) - 0.5;
    vec2 twice = vec2(cloud(local + bend * 0.5, 4.0), cloud(local + bend * 0.5 + 0.43, 4.0)) - 0.5;
    vec2 p = local + bend * 0.25 + twice * 0.30;
    float mass = smoothstep(0.33, 0.66, cloud(p, 3.0));
    float wisp = 1.0 - abs(cloud(p + 0.17, 5.0) * 2.0 - 0.98);
    float tone = smoothstep(0.42, 0.58, cloud(local + twice * 0.3 + 0.53, 2.0));
    vec3 tint = mix(vec3(0.16, 0.40, 0.95), vec3(0.45, 0.28, 0.90), tone);
    tint = mix(tint, vec3(0.10, 0.60, 0.72), smoothstep(0.02, 0.14, bend.y));
    out_color = vec4(tint * mass * (0.25 + 0.95 * pow(wisp, 5.0)), 1.0);
}

#endif
