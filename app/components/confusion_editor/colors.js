// Colors: two ramps of even steps in lightness (OKLab, Ottosson 2020, https://bottosson.github.io/posts/oklab/),
// blue for what was recognized and orange for what was confused: told apart with any color vision.

// Lightness, chroma and hue (degrees) at the start, the middle and the end of a ramp.
const RAMPS = {
  light: {
    recognized: [[0.9, 0.035, 245], [0.68, 0.11, 248], [0.46, 0.13, 252]],
    confused: [[0.9, 0.075, 80], [0.65, 0.17, 52], [0.4, 0.12, 32]],
  },
  dark: {
    recognized: [[0.3, 0.05, 255], [0.51, 0.12, 250], [0.72, 0.11, 240]],
    confused: [[0.38, 0.08, 40], [0.65, 0.16, 55], [0.92, 0.11, 95]],
  },
};
const LEVELS = 256; // 0 empty, 1-127 recognized, 128-255 confused

// Reads the theme from Streamlit's variables; light or dark is told by the background's luminance.
function readTheme(host) {
  const style = getComputedStyle(host);
  const variable = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const background = parseColor(variable("--st-background-color", "#ffffff"));
  const isDark = 0.2126 * background[0] + 0.7152 * background[1] + 0.0722 * background[2] < 128;
  const text = variable("--st-text-color", isDark ? "#fafafa" : "#31333f");
  return {
    isDark,
    text,
    background: `rgb(${background.join(",")})`,
    accent: isDark ? "#6cb6ff" : "#0072b2",
    font: style.fontFamily || "sans-serif",
    empty: mix(background, parseColor(text), 0.045),
    grid: mix(background, parseColor(text), 0.1),
    faint: `rgb(${mix(background, parseColor(text), 0.6).join(",")})`,
    ...makeLookup(isDark ? RAMPS.dark : RAMPS.light),
  };
}

// Any CSS color as [red, green, blue], 0-255.
function parseColor(text) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = text;
  context.fillRect(0, 0, 1, 1);
  return Array.from(context.getImageData(0, 0, 1, 1).data.slice(0, 3));
}

function mix(first, second, share) {
  return first.map((value, channel) => Math.round(value + (second[channel] - value) * share));
}

// Colors of all levels, as CSS text and with the lightness that decides the color of a number on top.
function makeLookup(ramps) {
  const css = new Array(LEVELS);
  const rgb = new Array(LEVELS);
  const lightness = new Float32Array(LEVELS);
  for (let level = 1; level < LEVELS; level += 1) {
    const [ramp, share] = level < 128 ? [ramps.recognized, (level - 1) / 126] : [ramps.confused, (level - 128) / 127];
    const [first, second] = share < 0.5 ? [ramp[0], ramp[1]] : [ramp[1], ramp[2]];
    const within = share < 0.5 ? 2 * share : 2 * share - 1;
    const [light, chroma, hue] = first.map((value, index) => value + (second[index] - value) * within);
    rgb[level] = oklchToRgb(light, chroma, hue);
    css[level] = `rgb(${rgb[level].join(",")})`;
    lightness[level] = light;
  }
  return { css, rgb, lightness };
}

function oklchToRgb(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const clipped = Math.min(1, Math.max(0, linear));
    return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
  });
}

// A ramp as a CSS gradient, for the legend.
function gradientOf(theme, firstLevel, lastLevel) {
  const stops = [];
  for (let step = 0; step <= 8; step += 1) {
    stops.push(theme.css[Math.round(firstLevel + ((lastLevel - firstLevel) * step) / 8)]);
  }
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

// A level for each pixel as the 32-bit values of an ImageData.
function pixelValues(theme) {
  const values = new Uint32Array(LEVELS);
  for (let level = 0; level < LEVELS; level += 1) {
    const [red, green, blue] = level ? theme.rgb[level] : theme.empty;
    values[level] = ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  }
  return values;
}
