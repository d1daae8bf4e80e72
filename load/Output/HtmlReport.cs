using System.Net;
using System.Text;
using EdgeOrleans.Load.Scenarios;

namespace EdgeOrleans.Load.Output;

/// <summary>A run as one page that needs nothing beside it: style, charts and data are inside.</summary>
internal static class HtmlReport
{
    public static string Of(RunReport report)
    {
        var body = new StringBuilder();
        for (var i = 0; i < report.Scenarios.Count; i++)
        {
            Append(body, report.Scenarios[i], i);
        }

        var verdict = report.Holds ? "<p class=\"verdict holds\">Every threshold held.</p>" : "<p class=\"verdict fails\">A threshold was passed.</p>";
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>EdgeOrleans under load</title>
            <!-- The charts are drawn by uPlot:
            {Resource("LICENSE")}
            -->
            <style>{Resource("uPlot.min.css")}</style>
            <style>{Resource("report.css")}</style>
            </head>
            <body>
            <h1>EdgeOrleans under load</h1>
            <p>{report.StartedAt:yyyy-MM-dd HH:mm} UTC, {Text(report.Target)}</p>
            <p>{Text(report.Machine)}</p>
            {verdict}
            {body}
            <script id="data" type="application/json">{report.ToJson()}</script>
            <script>{Resource("uPlot.iife.min.js")}</script>
            <script>{Resource("report.js")}</script>
            </body>
            </html>

            """;
    }

    private static void Append(StringBuilder page, ScenarioResult result, int index)
    {
        page.AppendLine($"<h2>{Text(result.Name)}: {Text(result.Summary)}</h2>").AppendLine($"<p>{Text(result.Load)}</p>");
        if (result.Steps.Count > 0)
        {
            Append(page, Figures.StepColumns, result.Steps.Select(Figures.Row));
        }

        if (result.Table is { } table)
        {
            Append(page, table.Columns, table.Rows);
        }

        foreach (var note in Figures.Notes(result))
        {
            page.AppendLine($"<p>{Text(note)}</p>");
        }

        page.AppendLine("<ul>");
        foreach (var threshold in result.Thresholds)
        {
            page.AppendLine($"<li class=\"{(threshold.Holds ? "holds" : "fails")}\">{Text(threshold.Text)}</li>");
        }

        page.AppendLine("</ul>").AppendLine($"<div class=\"charts\" id=\"charts-{index}\"></div>");
    }

    private static void Append(StringBuilder page, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        page.AppendLine("<div class=\"wide\"><table>").AppendLine($"<tr>{Cells("th", columns)}</tr>");
        foreach (var row in rows)
        {
            page.AppendLine($"<tr>{Cells("td", row)}</tr>");
        }

        page.AppendLine("</table></div>");
    }

    private static string Cells(string kind, IReadOnlyList<string> cells) => string.Concat(cells.Select(cell => $"<{kind}>{Text(cell)}</{kind}>"));

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"There is no resource {name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
