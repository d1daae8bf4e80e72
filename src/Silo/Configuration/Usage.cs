using System.Text;

namespace EdgeOrleans.Silo.Configuration;

/// <summary>What <c>--help</c> and <c>--version</c> print: on a device the binary may be all there is.</summary>
internal static class Usage
{
    /// <summary>The text for these arguments, if it is one of these two that is asked for.</summary>
    public static string? For(string[] args) => args switch
    {
        ["--help"] => Help(),
        ["--version"] => ServiceRun.Version,
        _ => null,
    };

    private static string Help()
    {
        var text = new StringBuilder("A durable key-value service. It serves, or does what one of these words says when it comes first:\n");
        foreach (var verb in Verb.All)
        {
            text.Append('\n').Append("  ").Append(verb.Name).Append("\n      ").Append(verb.Meaning).Append('\n');
        }

        text.Append("\nOptions, as --Section:Name=value, Section__Name in the environment, or in appsettings.json:\n");
        foreach (var option in OptionTable.All)
        {
            text.Append('\n').Append("  ").Append(option.Name);
            if (option.DefaultText.Length > 0)
            {
                text.Append("  (").Append(option.DefaultText).Append(')');
            }

            text.Append("\n      ").Append(option.Meaning).Append("\n      ").Append(option.Range).Append('\n');
        }

        return text.Append("\nEndpoints and certificates: Kestrel:Endpoints, Kestrel:Certificates. Log levels: Logging:LogLevel.").ToString();
    }
}
