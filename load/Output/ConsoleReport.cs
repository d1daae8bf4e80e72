using System.Text;
using EdgeOrleans.Load.Scenarios;

namespace EdgeOrleans.Load.Output;

/// <summary>A scenario's result for the eye.</summary>
internal static class ConsoleReport
{
    public static string Of(ScenarioResult result)
    {
        var text = new StringBuilder().AppendLine($"{result.Name}: {result.Summary}").AppendLine($"  {result.Load}");
        if (result.Steps.Count > 0)
        {
            text.Append(TextTable.Of(Figures.StepColumns, result.Steps.Select(Figures.Row)));
        }

        if (result.Table is { } table)
        {
            text.Append(TextTable.Of(table.Columns, table.Rows));
        }

        foreach (var note in Figures.Notes(result))
        {
            text.AppendLine($"  {note}");
        }

        foreach (var threshold in result.Thresholds)
        {
            text.AppendLine($"  {(threshold.Holds ? "holds" : "FAILS")}  {threshold.Text}");
        }

        return text.ToString();
    }
}
