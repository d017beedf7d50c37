/** Positions come as shares of the box around the shape; `low` and `size` put them around the origin. */
export const VERTEX = `
attribute vec3 position;
attribute vec2 place;
attribute vec3 normal;
uniform mat4 turn;
uniform mat4 projection;
uniform vec3 low;
uniform vec3 size;
uniform float distance;
varying vec3 vNormal;
varying vec2 vPlace;
void main() {
  vec4 turned = turn * vec4(low + position * size, 1.0);
  vNormal = (turn * vec4(normal, 0.0)).xyz;
  vPlace = place;
  gl_Position = projection * (turned - vec4(0.0, 0.0, distance, 0.0));
}`;

/**
 * Modes: 0 the texture as it is, 1 the albedo under a light as the method shades it (albedo times ambient plus
 * diffuse light, Lambert), 2 normals as colours, 3 clay. The light stays with the viewer. Back sides are dark.
 */
export const FRAGMENT = `
precision mediump float;
uniform int mode;
uniform vec3 light;
uniform sampler2D texture;
uniform sampler2D albedo;
varying vec3 vNormal;
varying vec2 vPlace;
void main() {
  vec3 n = normalize(vNormal);
  if (!gl_FrontFacing) n = -n;
  float diffuse = max(dot(n, light), 0.0);
  vec3 colour;
  if (mode == 0) colour = texture2D(texture, vPlace).rgb;
  else if (mode == 1) colour = texture2D(albedo, vPlace).rgb * (0.3 + 0.85 * diffuse);
  else if (mode == 2) colour = 0.5 + 0.5 * n;
  else {
    vec3 half_way = normalize(light + vec3(0.0, 0.0, 1.0));
    float gloss = 0.06 * pow(max(dot(n, half_way), 0.0), 24.0);
    float sky = 0.05 + 0.05 * n.y;
    colour = pow(vec3(0.78, 0.70, 0.62) * (sky + 0.85 * diffuse) + gloss, vec3(1.0 / 2.2));
  }
  gl_FragColor = vec4(gl_FrontFacing ? colour : colour * 0.35, 1.0);
}`;
