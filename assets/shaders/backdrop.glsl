// The void: nearly black blue, a faint nebula far behind, and the light of what glows.

#ifdef VERTEX

void main() {
    gl_Position = vec4(vec2(float(gl_VertexID & 1), float(gl_VertexID >> 1)) * 4.0 - 1.0, 0.0, 1.0);
}

#else

uniform sampler2D nebula;
uniform sampler2D light;

const vec3 VOID = vec3(0.0275, 0.0431, 0.0863);

void main() {
    vec2 from_center = (gl_FragCoord.xy - frame.screen.xy * 0.5) * frame.screen.z * vec2(1.0, -1.0);
    float parallax = frame.clock.w > 0.5 ? 0.0 : 0.035;
    vec3 clouds = texture(nebula, (from_center + frame.view.xy * parallax) / 2200.0).rgb;
    vec2 vignette = from_center * frame.view.zw;
    vec3 color = (VOID + clouds * 0.25) * (1.0 - 0.13 * dot(vignette, vignette));
    color += light_here(light) * 0.34;
    // Dark gradients show steps of 1/255; a pattern of less than a step hides them.
    float pattern = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    out_color = vec4(color + (pattern - 0.5) / 255.0, 1.0);
}

#endif
