namespace EdgeOrleans.Silo.Doctor;

/// <summary>One thing that an operator should know.</summary>
/// <param name="IsUnfit">Whether the service must not be trusted with data here.</param>
/// <param name="Text">What it is and what to do, in sentences.</param>
internal sealed record Finding(bool IsUnfit, string Text)
{
    public static Finding Unfit(string text) => new(true, text);

    public static Finding Note(string text) => new(false, text);
}
