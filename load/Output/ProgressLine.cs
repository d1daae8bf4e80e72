using EdgeOrleans.Load.Recording;

namespace EdgeOrleans.Load.Output;

/// <summary>One line on a terminal's standard error that says how far it is; nothing when that goes elsewhere.</summary>
internal sealed class ProgressLine(TextWriter errors, bool isTerminal)
{
    private int _shown;

    /// <summary>The line of this process.</summary>
    public static ProgressLine OfConsole() => new(Console.Error, !Console.IsErrorRedirected);

    public void Show(string what, TimeSpan elapsed, IReadOnlyList<TimelinePoint> steps) => Show(
        $"{what}: {elapsed.TotalSeconds:0} s, {steps.Sum(static s => s.RatePerSecond):N0}/s, p99 {steps.Max(static s => s.P99Ms):0.00} ms, {steps.Sum(static s => s.Errors)} errors");

    public void Show(string text)
    {
        if (isTerminal)
        {
            errors.Write($"\r{text.PadRight(_shown)}");
            _shown = text.Length;
        }
    }

    /// <summary>Takes it away, before something that stays is printed.</summary>
    public void Clear()
    {
        if (_shown > 0)
        {
            errors.Write($"\r{new string(' ', _shown)}\r");
            _shown = 0;
        }
    }
}
