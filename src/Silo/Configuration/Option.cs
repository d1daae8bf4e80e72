using System.Globalization;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>One option of the service: its name in the configuration, what it may be and what it is for. The table in README is these.</summary>
internal abstract class Option(string name, string defaultText, string range, string meaning)
{
    /// <summary>The key in the configuration, <c>Section:Name</c>; <c>Section__Name</c> in the environment.</summary>
    public string Name { get; } = name;

    /// <summary>The default as one would write it; empty when there is none.</summary>
    public string DefaultText { get; } = defaultText;

    /// <summary>What values are allowed, for a table.</summary>
    public string Range { get; } = range;

    /// <summary>What values are allowed, as the end of the sentence "must be …".</summary>
    public virtual string Bound => Range;

    /// <summary>What it is for.</summary>
    public string Meaning { get; } = meaning;

    /// <summary>What is said of a wrong value: option, value and bound in one line.</summary>
    public StartFault Fault(string value) => new(ExitCode.Configuration, $"{Name} is '{value}', but must be {Bound}.");
}

/// <summary>A whole number with a unit.</summary>
internal sealed class NumberOption(string name, long defaultValue, long min, long max, string unit, string meaning)
    : Option(name, defaultValue.ToString(CultureInfo.InvariantCulture), $"{min} to {max}{(unit.Length == 0 ? "" : " " + unit)}", meaning)
{
    /// <inheritdoc/>
    public override string Bound => "a whole number from " + Range;

    /// <summary>The smallest value allowed.</summary>
    public long Min { get; } = min;

    /// <summary>The greatest value allowed.</summary>
    public long Max { get; } = max;

    /// <param name="configuration">Where to look.</param>
    /// <param name="need">What other options need this one to be at least: it raises the default, never a value that was set.</param>
    /// <exception cref="StartFault">The configured value is not allowed.</exception>
    public long Read(IConfiguration configuration, long need = 0)
    {
        if (configuration[Name] is not { Length: > 0 } text)
        {
            return Math.Max(defaultValue, need);
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= Min && value <= Max
            ? value
            : throw Fault(text);
    }

    /// <inheritdoc cref="Read"/>
    public int ReadInt32(IConfiguration configuration, long need = 0) => checked((int)Read(configuration, need));
}

/// <summary>Yes or no.</summary>
internal sealed class FlagOption(string name, string meaning) : Option(name, "false", "'true' or 'false'", meaning)
{
    /// <exception cref="StartFault">The configured value is not allowed.</exception>
    public bool Read(IConfiguration configuration)
    {
        if (configuration[Name] is not { Length: > 0 } text)
        {
            return false;
        }

        return bool.TryParse(text, out var value) ? value : throw Fault(text);
    }
}

/// <summary>A text that its reader looks at more closely.</summary>
internal sealed class TextOption(string name, string defaultText, string bound, string meaning, Func<string, bool> accepts)
    : Option(name, defaultText, bound, meaning)
{
    /// <summary>Whether the value must not show in messages.</summary>
    public bool IsSecret { get; init; }

    /// <exception cref="StartFault">The configured value is not allowed.</exception>
    public string Read(IConfiguration configuration)
    {
        if (configuration[Name] is not { Length: > 0 } text)
        {
            return DefaultText;
        }

        return accepts(text) ? text : throw Fault(IsSecret ? "(hidden)" : text);
    }
}

/// <summary>
/// Several texts: a JSON array, numbered keys, or one text with semicolons between them. The strongest source that has the
/// list wins whole, else nothing could be taken out of it.
/// </summary>
internal sealed class ListOption(string name, string bound, string meaning, Func<string, bool> accepts) : Option(name, "", bound, meaning)
{
    /// <exception cref="StartFault">A configured value is not allowed.</exception>
    public string[] Read(IConfigurationRoot configuration)
    {
        var items = configuration.Providers.Reverse().Select(ItemsIn).FirstOrDefault(static items => items is not null) ?? [];
        foreach (var item in items)
        {
            if (!accepts(item))
            {
                throw Fault(item);
            }
        }

        return [.. items];
    }

    /// <summary>Whether the list is there, be it empty.</summary>
    public bool IsIn(IConfigurationRoot configuration) => configuration.Providers.Any(source => ItemsIn(source) is not null);

    private List<string>? ItemsIn(IConfigurationProvider source)
    {
        List<string>? items = null;
        if (source.TryGet(Name, out var joined) && joined is not null)
        {
            items = [.. joined.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        }

        foreach (var number in source.GetChildKeys([], Name))
        {
            items ??= [];
            items.Add(source.TryGet($"{Name}:{number}", out var item) ? item ?? "" : "");
        }

        return items;
    }
}
