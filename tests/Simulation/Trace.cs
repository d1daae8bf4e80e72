using System.Runtime.CompilerServices;
using System.Text;

namespace EdgeOrleans.Simulation;

/// <summary>
/// What happened in one seed, line by line. Off in the runs that count: a failing seed is run again with it on,
/// since a seed fails the same way each time.
/// </summary>
internal sealed class Trace(bool isOn)
{
    private readonly List<string> _lines = [];

    /// <summary>Whether lines are kept.</summary>
    public bool IsOn { get; } = isOn;

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Adds a line; nothing is formatted while the trace is off.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] ref Line line)
    {
        if (IsOn)
        {
            _lines.Add(line.ToString());
        }
    }

    /// <summary>A line that is only put together when it is kept.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Line
    {
        private readonly StringBuilder? _text;

        public Line(int literalLength, int formattedCount, Trace trace, out bool isOn)
        {
            isOn = trace.IsOn;
            _text = isOn ? new StringBuilder(literalLength + (formattedCount * 8)) : null;
        }

        public void AppendLiteral(string text) => _text!.Append(text);

        public void AppendFormatted<T>(T value) => _text!.Append(value);

        public override string ToString() => _text!.ToString();
    }
}
