namespace EdgeOrleans.Silo.Database;

/// <summary>What PostgreSQL's driver says of a failure: it often keeps the reason, such as a certificate's, inside.</summary>
internal static class DriverFault
{
    /// <summary>The failure and its reason, in one line.</summary>
    public static string TextOf(Exception fault)
    {
        var reason = fault.GetBaseException().Message;
        var text = fault.Message.Contains(reason, StringComparison.Ordinal) ? fault.Message : $"{fault.Message.TrimEnd('.')}: {reason}";
        return text.ReplaceLineEndings(" ");
    }
}
