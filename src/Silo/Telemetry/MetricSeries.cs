using System.Globalization;
using System.Text;

namespace EdgeOrleans.Silo.Telemetry;

/// <summary>The measurements of one family that have the same labels.</summary>
internal sealed class MetricSeries
{
    private readonly KeyValuePair<string, object?>[] _tags;
    private readonly string _labels;

    // One more than there are bounds; not cumulative, as the text is.
    private readonly long[] _buckets;
    private double _value;

    public MetricSeries(ReadOnlySpan<KeyValuePair<string, object?>> tags, int bounds)
    {
        _tags = tags.ToArray();
        _labels = string.Join(',', _tags.Select(static tag => $"{MetricNames.Sanitize(tag.Key)}=\"{MetricNames.Escape(Text(tag.Value), quoted: true)}\""));
        _buckets = new long[bounds + 1];
    }

    /// <summary>The round in which it was last set.</summary>
    public int Round { get; private set; }

    /// <summary>Whether these are its labels. Almost always they are the very same objects.</summary>
    public bool Is(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length != _tags.Length)
        {
            return false;
        }

        // From the last on: a status differs more often than a route.
        for (var i = tags.Length - 1; i >= 0; i--)
        {
            if (!ReferenceEquals(tags[i].Value, _tags[i].Value) && !Equals(tags[i].Value, _tags[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public void Add(double value)
    {
        var seen = Volatile.Read(ref _value);
        while (true)
        {
            var before = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (before.Equals(seen))
            {
                return;
            }

            seen = before;
        }
    }

    public void Set(double value, int round)
    {
        Volatile.Write(ref _value, value);
        Round = round;
    }

    public void Record(double value, double[] bounds)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _buckets[bucket]);
        Add(value);
    }

    public void Write(StringBuilder to, string name, double[] bounds, bool isHistogram)
    {
        if (!isHistogram)
        {
            Line(to, name, "", _labels, Volatile.Read(ref _value));
            return;
        }

        var count = 0L;
        var comma = _labels.Length == 0 ? "" : ",";
        for (var i = 0; i < _buckets.Length; i++)
        {
            count += Volatile.Read(ref _buckets[i]);
            var bound = i < bounds.Length ? Text(bounds[i]) : "+Inf";
            Line(to, name, "_bucket", $"{_labels}{comma}le=\"{bound}\"", count);
        }

        Line(to, name, "_sum", _labels, Volatile.Read(ref _value));
        Line(to, name, "_count", _labels, count);
    }

    private static void Line(StringBuilder to, string name, string suffix, string labels, double value)
    {
        to.Append(name).Append(suffix);
        if (labels.Length > 0)
        {
            to.Append('{').Append(labels).Append('}');
        }

        to.Append(' ').Append(Text(value)).Append('\n');
    }

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
