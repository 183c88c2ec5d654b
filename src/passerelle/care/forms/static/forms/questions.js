// Shows a question when its condition holds, as one answers. Without this script its condition is written above it.
(() => {
    const values = (form, name) =>
        [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
            .filter((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : true))
            .map((one) => one.value.trim())
            .filter((value) => value !== "");
    const number = (text) => Number(text.replace(",", ".").replace(/\s/g, ""));
    const ordered = (left, right) =>
        Number.isNaN(number(left)) || Number.isNaN(number(right)) ? left.localeCompare(right) : number(left) - number(right);
    const same = (left, right) => left === right || ordered(left, right) === 0;
    const compares = {
        exists: (given, wanted) => given.length > 0 === (wanted === "oui"),
        "=": (given, wanted) => given.some((one) => same(one, wanted)),
        "!=": (given, wanted) => !given.some((one) => same(one, wanted)),
        ">": (given, wanted) => given.some((one) => ordered(one, wanted) > 0),
        "<": (given, wanted) => given.some((one) => ordered(one, wanted) < 0),
        ">=": (given, wanted) => given.some((one) => ordered(one, wanted) >= 0),
        "<=": (given, wanted) => given.some((one) => ordered(one, wanted) <= 0),
    };
    const asked = [...document.querySelectorAll("[data-asked-when]")].map((block) => ({
        block,
        form: block.closest("form"),
        rule: JSON.parse(block.dataset.askedWhen),
    }));
    const show = () => {
        for (const { block, form, rule } of asked) {
            const held = rule.when.map(([name, operator, wanted]) => {
                const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
                const given = field && field.closest("[hidden]") ? [] : values(form, name);
                return compares[operator](given, wanted);
            });
            block.hidden = !(rule.all ? held.every(Boolean) : held.some(Boolean));
            block.querySelector(":scope > .asked-condition")?.setAttribute("hidden", "");
        }
    };
    if (asked.length) {
        document.addEventListener("change", show);
        document.addEventListener("input", show);
        show();
    }
})();
