/* SPDX-License-Identifier: LGPL-3.0-or-later */
/* Popups, search and legend of the web map. Whatever comes from data is set as text, never as HTML. */
"use strict";
function gridplannerViewer(map, layers, data) {
  const words = data.words;

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) { node.className = className; }
    if (text !== undefined) { node.textContent = text; }
    return node;
  }

  function popup(record) {
    const box = element("div", "gp-pop");
    box.append(element("b", "", record.name));
    const table = element("table");
    record.rows.forEach(function (value, i) {
      if (value === "") { return; }
      const row = element("tr");
      row.append(element("td", "", data.fields[i]), element("td", "", value));
      table.append(row);
    });
    box.append(table);
    return box;
  }

  const shapes = {};
  ["after", "before"].forEach(function (side) {
    shapes[side] = [];
    layers[side].eachLayer(function (shape) {
      const id = shape.feature.properties.id;
      shapes[side][id] = shape;
      shape.bindPopup(function () { return popup(data[side][id]); });
      shape.on("mouseover", function () { shape.setStyle({ weight: 3 }); });
      shape.on("mouseout", function () { shape.setStyle({ weight: 1 }); });
    });
  });

  /* Numbers stand where the page has room for them, as on paper: never one over another. */
  const numbers = L.layerGroup().addTo(map);
  function drawNumbers() {
    numbers.clearLayers();
    const side = map.hasLayer(layers.before) ? "before" : "after";
    const view = map.getBounds(), taken = [];
    data[side].forEach(function (record) {
      const place = L.latLng(record.at);
      if (!view.contains(place)) { return; }
      const point = map.latLngToContainerPoint(place), half = 5 + 4 * record.number.length;
      const free = taken.every(function (t) {
        return Math.abs(t[0] - point.x) > half + t[2] || Math.abs(t[1] - point.y) > 15;
      });
      if (!free) { return; }
      taken.push([point.x, point.y, half]);
      const label = element("span", "", record.number);
      const icon = L.divIcon({ className: "gp-number", html: label, iconSize: [2 * half, 16] });
      numbers.addLayer(L.marker(place, { icon: icon, interactive: false, keyboard: false }));
    });
  }
  /* A division that is switched on would cover the water and the roads. */
  function below() {
    ["after", "before"].forEach(function (side) {
      if (map.hasLayer(layers[side])) { layers[side].bringToBack(); }
    });
  }
  map.on("moveend baselayerchange", drawNumbers);
  map.on("baselayerchange", below);
  below();
  drawNumbers();
  L.control.scale({ imperial: false, maxWidth: 160 }).addTo(map);

  function showGrid(side, id) {
    const other = side === "after" ? "before" : "after";
    map.removeLayer(layers[other]);
    map.addLayer(layers[side]);
    const shape = shapes[side][id];
    map.fitBounds(shape.getBounds().pad(1));
    shape.openPopup();
  }

  function showBuilding(building) {
    const place = [building[1] / 1e6, building[2] / 1e6];
    const grid = data.after[building[3]];
    const box = element("div", "gp-pop");
    box.append(element("b", "", building[0]));
    if (grid) { box.append(element("div", "", words.in_grid + grid.name)); }
    const old = data.before[building[4]];
    if (old) { box.append(element("div", "", words.was_grid + old.name)); }
    map.setView(place, 18);
    L.popup().setLatLng(place).setContent(box).openOn(map);
  }

  const index = [];
  data.after.forEach(function (record, id) {
    index.push([record.name, record.code, words.grid, function () { showGrid("after", id); }]);
    if (record.branch) { index.push([record.branch, record.name, words.branch, function () { showGrid("after", id); }]); }
  });
  data.before.forEach(function (record, id) {
    index.push([record.name, record.code, words.old_grid, function () { showGrid("before", id); }]);
  });
  data.buildings.forEach(function (building) {
    const grid = data.after[building[3]];
    /* Buildings of one number stand in many places; their grid tells which is meant. */
    const kind = words.building + (grid ? " " + grid.name : "");
    index.push([building[0], "", kind, function () { showBuilding(building); }]);
  });

  const search = L.control({ position: "topright" });
  search.onAdd = function () {
    const box = element("div", "gp-box gp-search");
    const input = element("input");
    const list = element("ul");
    input.type = "search";
    input.placeholder = words.search;
    input.setAttribute("aria-label", words.search);
    function fill() {
      list.replaceChildren();
      const wanted = input.value.trim().toLowerCase();
      if (!wanted) { return []; }
      const hits = index.filter(function (entry) {
        return entry[0].toLowerCase().includes(wanted) || entry[1].includes(wanted);
      }).slice(0, 30);
      hits.forEach(function (entry) {
        const item = element("li", "", entry[0]);
        item.append(element("small", "", entry[2] + " " + entry[1]));
        item.tabIndex = 0;
        item.addEventListener("click", entry[3]);
        item.addEventListener("keydown", function (event) { if (event.key === "Enter") { entry[3](); } });
        list.append(item);
      });
      if (!hits.length) { list.append(element("li", "gp-none", words.nothing)); }
      return hits;
    }
    input.addEventListener("input", fill);
    input.addEventListener("keydown", function (event) {
      if (event.key === "Enter") { const hits = fill(); if (hits.length) { hits[0][3](); } }
    });
    box.append(input, list);
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    return box;
  };
  search.addTo(map);

  const legend = L.control({ position: "bottomright" });
  legend.onAdd = function () {
    const box = element("div", "gp-box gp-legend");
    box.append(element("h2", "", words.legend));
    data.legend.forEach(function (entry) {
      const row = element("div"), mark = element("i", entry[2] ? "gp-line" : "");
      if (entry[2]) { mark.style.borderTopColor = entry[1]; } else { mark.style.backgroundColor = entry[1]; }
      row.append(mark, element("span", "", entry[0]));
      box.append(row);
    });
    return box;
  };
  legend.addTo(map);
  /* Paper has another shape than the window: what the window did not show must be drawn first. */
  window.matchMedia("print").addEventListener("change", function () { map.invalidateSize({ pan: false }); });
  map.attributionControl.setPrefix(false);
  map.attributionControl.addAttribution(data.attribution);
}
