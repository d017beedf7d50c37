import { fittingDistance, perspective, turn } from './matrix.ts';
import type { PackedMesh } from './packed-mesh.ts';
import { FRAGMENT, VERTEX } from './shaders.ts';
import { lightDirection, type Mode, type View } from './view.ts';

const FIELD_OF_VIEW = 0.42;
const STRIDE = 16;
const MODES: readonly Mode[] = ['texture', 'lit', 'normals', 'clay'];

export interface Pictures {
  readonly texture: TexImageSource;
  readonly albedo: TexImageSource;
}

/** A shape on a canvas. Its WebGL context is given back by `dispose`: browsers have few of them. */
export class Scene {
  private readonly program: WebGLProgram;
  private readonly half: readonly number[];

  private constructor(
    private readonly gl: WebGLRenderingContext,
    private readonly mesh: PackedMesh,
    pictures: Pictures,
  ) {
    if (mesh.indexBytes === 4 && !gl.getExtension('OES_element_index_uint')) {
      throw new Error('this browser does not draw shapes as fine as this one');
    }
    const largest = Math.max(mesh.size[0] as number, mesh.size[1] as number) || 1;
    this.half = mesh.size.map((size) => size / largest);
    this.program = link(gl);
    gl.useProgram(this.program);
    this.upload();
    for (const [unit, picture] of [pictures.texture, pictures.albedo].entries()) texture(gl, unit, picture);
    gl.uniform1i(this.at('texture'), 0);
    gl.uniform1i(this.at('albedo'), 1);
    gl.uniform3fv(
      this.at('low'),
      this.half.map((half) => -half),
    );
    gl.uniform3fv(
      this.at('size'),
      this.half.map((half) => 2 * half),
    );
    gl.enable(gl.DEPTH_TEST);
  }

  /** A scene; undefined where the browser has no WebGL. */
  static on(canvas: HTMLCanvasElement, mesh: PackedMesh, pictures: Pictures): Scene | undefined {
    const gl = canvas.getContext('webgl', { antialias: true, preserveDrawingBuffer: false });
    return gl ? new Scene(gl, mesh, pictures) : undefined;
  }

  draw(view: View): void {
    const { gl } = this;
    const { canvas, drawingBufferWidth: width, drawingBufferHeight: height } = gl;
    if (!(canvas instanceof HTMLCanvasElement) || width === 0 || height === 0) return;
    const aspect = width / height;
    const [halfWidth = 1, halfHeight = 1] = this.half;
    const distance =
      fittingDistance(FIELD_OF_VIEW, aspect, { width: halfWidth, height: halfHeight }) / view.zoom;
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix4fv(
      this.at('projection'),
      false,
      perspective(FIELD_OF_VIEW, aspect, Math.max(0.05, distance - 2), distance + 2),
    );
    gl.uniformMatrix4fv(this.at('turn'), false, turn(view.yaw, view.pitch));
    gl.uniform1f(this.at('distance'), distance);
    gl.uniform1i(this.at('mode'), MODES.indexOf(view.mode));
    gl.uniform3fv(this.at('light'), lightDirection(view.light));
    const type = this.mesh.indexBytes === 4 ? gl.UNSIGNED_INT : gl.UNSIGNED_SHORT;
    gl.drawElements(gl.TRIANGLES, this.mesh.indices, type, 0);
  }

  dispose(): void {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private upload(): void {
    const { gl, mesh } = this;
    const bytes = Uint8Array.from(atob(mesh.data), (character) => character.charCodeAt(0));
    const split = mesh.vertices * STRIDE;
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, bytes.subarray(0, split), gl.STATIC_DRAW);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, bytes.subarray(split), gl.STATIC_DRAW);
    const attributes = [
      { name: 'position', width: 3, type: gl.UNSIGNED_SHORT, offset: 0 },
      { name: 'place', width: 2, type: gl.UNSIGNED_SHORT, offset: 6 },
      { name: 'normal', width: 3, type: gl.SHORT, offset: 10 },
    ];
    for (const { name, width, type, offset } of attributes) {
      const location = gl.getAttribLocation(this.program, name);
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, width, type, true, STRIDE, offset);
    }
  }

  private at(name: string): WebGLUniformLocation | null {
    return this.gl.getUniformLocation(this.program, name);
  }
}

function link(gl: WebGLRenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) throw new Error('WebGL gave no shader');
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS))
      throw new Error(gl.getShaderInfoLog(shader) ?? 'shader');
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS))
    throw new Error(gl.getProgramInfoLog(program) ?? 'program');
  return program;
}

function texture(gl: WebGLRenderingContext, unit: number, picture: TexImageSource): void {
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, picture);
  for (const wrap of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T])
    gl.texParameteri(gl.TEXTURE_2D, wrap, gl.CLAMP_TO_EDGE);
  for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
    gl.texParameteri(gl.TEXTURE_2D, filter, gl.LINEAR);
}
