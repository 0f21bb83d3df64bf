// One step of spreading light: down to half the size, or up to twice the size over what is there.

LINK vec2 texel;

#ifdef VERTEX

void main() {
    vec2 at = vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1));
    texel = at * 2.0;
    gl_Position = vec4(at * 4.0 - 1.0, 0.0, 1.0);
}

#else

uniform sampler2D source;
uniform vec3 blur_step;  // Size of a texel of the source; 1 for up.

vec3 at(float x, float y) {
    return texture(source, texel + vec2(x, y) * blur_step.xy).rgb;
}

void main() {
    vec3 sum;
    if (blur_step.z < 0.5) {
        sum = 0.25 * (at(-1.0, -1.0) + at(1.0, -1.0) + at(-1.0, 1.0) + at(1.0, 1.0));
    } else {
        sum = 0.25 * at(0.0, 0.0);
        sum += 0.125 * (at(-1.0, 0.0) + at(1.0, 0.0) + at(0.0, -1.0) + at(0.0, 1.0));
        sum += 0.0625 * (at(-1.0, -1.0) + at(1.0, -1.0) + at(-1.0, 1.0) + at(1.0, 1.0));
    }
    out_color = vec4(sum, 1.0);
}

#endif
