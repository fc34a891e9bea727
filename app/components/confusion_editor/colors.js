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
// Six bands of steadily rising or falling lightness, after ColorBrewer's YlGnBu (https://colorbrewer2.org): safe for
// any color vision. On a dark page the other way round, so that more always stands out more. The first band has an
// empty cell's color.
const BAND_COLORS = {
  light: ["#dede74", "#8fd0a4", "#3fb0c0", "#2c7fb8", "#20307f"],
  dark: ["#2a3c96", "#2a6fb0", "#2fa3ad", "#8fd08a", "#f4ee70"],
};
const STUDY_BANDS = ["#000000", "#2ca02c", "#1f5fd0", "#f2dc1b", "#ff8c00", "#e01a1a"]; // study S3's own
const DARK_TEXT = 0.2; // luminance above which dark numbers are told from a color more easily than white ones
const PALE = 0.78; // how far a paled cell goes towards an empty one

const themes = new Map(); // Streamlit's variables -> theme

// Reads the theme from Streamlit's variables; light or dark is told by the background's luminance.
function readTheme(host) {
  const style = getComputedStyle(host);
  const read = (name) => style.getPropertyValue(name).trim();
  const key = [read("--st-background-color"), read("--st-text-color"), style.fontFamily].join("|");
  if (!themes.has(key)) {
    const background = parseColor(read("--st-background-color") || "#ffffff");
    const isDark = 0.2126 * background[0] + 0.7152 * background[1] + 0.0722 * background[2] < 128;
    const text = read("--st-text-color") || (isDark ? "#fafafa" : "#31333f");
    themes.set(key, {
      isDark,
      text,
      background: `rgb(${background.join(",")})`,
      accent: isDark ? "#6cb6ff" : "#0072b2",
      found: isDark ? "#f06ec8" : "#b8007a",
      font: style.fontFamily || "sans-serif",
      empty: mix(background, parseColor(text), 0.045),
      faint: `rgb(${mix(background, parseColor(text), 0.6).join(",")})`,
      lookups: new Map(),
    });
  }
  return themes.get(key);
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

// Colors of all levels on a scale: as CSS text, as 32-bit pixels of an ImageData, and with the lightness that
// decides the color of a number on top.
function lookupOf(theme, scale) {
  if (!theme.lookups.has(scale)) {
    const rgb = SCALES[scale].isBands ? bandLevels(theme, scale) : rampLevels(theme);
    theme.lookups.set(scale, {
      css: rgb.map((color) => `rgb(${color.join(",")})`),
      pixels: Uint32Array.from(rgb, ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0),
      isLight: rgb.map((color) => luminanceOf(color) > DARK_TEXT),
    });
  }
  return theme.lookups.get(scale);
}

// Relative luminance, 0-1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
function luminanceOf(color) {
  const [red, green, blue] = color.map((value) => (
    value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function rampLevels(theme) {
  const ramps = theme.isDark ? RAMPS.dark : RAMPS.light;
  const rgb = new Array(LEVELS);
  rgb[0] = theme.empty;
  for (let step = 0; step < RAMP_STEPS; step += 1) {
    [ramps.recognized, ramps.confused].forEach((ramp, isConfusion) => {
      const color = rampColor(ramp, step / (RAMP_STEPS - 1));
      const level = 1 + RAMP_STEPS * isConfusion + step;
      rgb[level] = mix(color, theme.empty, PALE);
      rgb[level + PALED] = color;
    });
  }
  return rgb;
}

function rampColor(ramp, share) {
  const [first, second] = share < 0.5 ? [ramp[0], ramp[1]] : [ramp[1], ramp[2]];
  const within = share < 0.5 ? 2 * share : 2 * share - 1;
  return oklchToRgb(...first.map((value, index) => value + (second[index] - value) * within));
}

// The colors of the six bands; the first stands for no images too.
function bandColors(theme, scale) {
  if (scale === "study") return STUDY_BANDS.map(parseColor);
  return [theme.empty, ...(theme.isDark ? BAND_COLORS.dark : BAND_COLORS.light).map(parseColor)];
}

function bandLevels(theme, scale) {
  const bands = bandColors(theme, scale);
  const rgb = new Array(LEVELS).fill(bands[0]);
  bands.forEach((color, band) => {
    for (const isConfusion of [0, 1]) {
      const level = 1 + 2 * band + isConfusion;
      rgb[level] = mix(color, bands[0], PALE);
      rgb[level + PALED] = color;
    }
  });
  return rgb;
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
function gradientOf({ css }, firstLevel, lastLevel) {
  const stops = [];
  for (let step = 0; step <= 8; step += 1) {
    stops.push(css[Math.round(firstLevel + ((lastLevel - firstLevel) * step) / 8)]);
  }
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
